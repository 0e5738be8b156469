import type { LanguageId } from './languages.ts';

export type DefinitionKind =
  | 'class'
  | 'function'
  | 'method'
  | 'interface'
  | 'type'
  | 'enum'
  | 'module'
  | 'variable'
  | 'macro';

type NodeTypes = Readonly<Record<string, DefinitionKind>>;

const JAVASCRIPT: NodeTypes = {
  class_declaration: 'class',
  class: 'class',
  function_declaration: 'function',
  generator_function_declaration: 'function',
  method_definition: 'method',
  field_definition: 'variable',
  variable_declarator: 'variable',
  assignment_expression: 'variable',
  pair: 'variable',
};

const TYPESCRIPT: NodeTypes = {
  ...JAVASCRIPT,
  abstract_class_declaration: 'class',
  interface_declaration: 'interface',
  type_alias_declaration: 'type',
  enum_declaration: 'enum',
  internal_module: 'module',
  module: 'module',
  function_signature: 'function',
  method_signature: 'method',
  abstract_method_signature: 'method',
  public_field_definition: 'variable',
};

const C: NodeTypes = {
  function_definition: 'function',
  declaration: 'function',
  struct_specifier: 'class',
  union_specifier: 'class',
  enum_specifier: 'enum',
  type_definition: 'type',
  preproc_def: 'macro',
  preproc_function_def: 'macro',
};

/** Node types of each grammar that define a name. `definitions.ts` leaves out the ones that only use or declare locally. */
export const DEFINITION_TYPES: Readonly<Record<LanguageId, NodeTypes>> = {
  python: { class_definition: 'class', function_definition: 'function', assignment: 'variable' },
  javascript: JAVASCRIPT,
  typescript: TYPESCRIPT,
  tsx: TYPESCRIPT,
  go: {
    function_declaration: 'function',
    method_declaration: 'method',
    type_spec: 'type',
    type_alias: 'type',
    const_spec: 'variable',
    var_spec: 'variable',
  },
  rust: {
    function_item: 'function',
    function_signature_item: 'function',
    struct_item: 'class',
    union_item: 'class',
    enum_item: 'enum',
    trait_item: 'interface',
    impl_item: 'module',
    mod_item: 'module',
    macro_definition: 'macro',
    const_item: 'variable',
    static_item: 'variable',
    type_item: 'type',
  },
  java: {
    class_declaration: 'class',
    record_declaration: 'class',
    interface_declaration: 'interface',
    annotation_type_declaration: 'interface',
    enum_declaration: 'enum',
    method_declaration: 'method',
    constructor_declaration: 'method',
  },
  ruby: {
    class: 'class',
    module: 'module',
    method: 'method',
    singleton_method: 'method',
    singleton_class: 'class',
    assignment: 'variable',
  },
  php: {
    class_declaration: 'class',
    interface_declaration: 'interface',
    trait_declaration: 'class',
    enum_declaration: 'enum',
    function_definition: 'function',
    method_declaration: 'method',
    const_element: 'variable',
  },
  c: C,
  cpp: {
    ...C,
    class_specifier: 'class',
    namespace_definition: 'module',
    alias_declaration: 'type',
    field_declaration: 'method',
  },
  'c-sharp': {
    class_declaration: 'class',
    record_declaration: 'class',
    struct_declaration: 'class',
    interface_declaration: 'interface',
    enum_declaration: 'enum',
    namespace_declaration: 'module',
    file_scoped_namespace_declaration: 'module',
    method_declaration: 'method',
    constructor_declaration: 'method',
    property_declaration: 'variable',
    delegate_declaration: 'type',
  },
  css: { rule_set: 'type', media_statement: 'module' },
  bash: { function_definition: 'function' },
};
