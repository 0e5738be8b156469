import { childOf, type SourceFile, type SyntaxNode, textOf } from '../tree.ts';

/** Name of the test that calls a function with made inputs. */
export const BEHAVIOUR_TEST = 'TestPatchwrightBehaviour';
/** Stands before each result. */
const MARK = 'patchwright-result ';
const CALLS = 80;

/**
 * A test file that calls a function with made inputs, always the same ones, and prints what comes of each call. Values
 * are near the literals of the tests half of the time.
 *
 * @returns null for a method or a generic function, which reflection cannot call by its name
 */
export function behaviourFile(
  source: SourceFile,
  node: SyntaxNode,
  {
    numbers,
    strings,
  }: { readonly numbers: readonly number[]; readonly strings: readonly string[] },
): string | null {
  const name = childOf(node, 'name');
  if (!name || node.type !== 'function_declaration' || childOf(node, 'type_parameters'))
    return null;
  if (/^(?:main|init)$/.test(textOf(source, name))) return null;
  const clause = source.root.children.find((each) => each.type === 'package_clause');
  const quoted = strings.map((each) => JSON.stringify(each)).join(', ');
  return `${clause ? textOf(source, clause) : 'package main'}

import (
	"fmt"
	"math/rand"
	"reflect"
	"strconv"
	"testing"
)

func ${BEHAVIOUR_TEST}(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	numbers := []float64{${numbers.join(', ')}}
	texts := []string{${quoted}}
	number := func() float64 {
		if len(numbers) == 0 || random.Intn(2) == 0 {
			return float64(random.Intn(14) - 3)
		}
		return numbers[random.Intn(len(numbers))] + float64(random.Intn(3)-1)
	}
	var value func(kind reflect.Type) reflect.Value
	value = func(kind reflect.Type) reflect.Value {
		made := reflect.New(kind).Elem()
		switch kind.Kind() {
		case reflect.Bool:
			made.SetBool(random.Intn(2) == 0)
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
			made.SetInt(int64(number()))
		case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			if whole := number(); whole > 0 {
				made.SetUint(uint64(whole))
			}
		case reflect.Float32, reflect.Float64:
			made.SetFloat(number() + float64(random.Intn(4))/4)
		case reflect.String:
			text := ""
			if len(texts) > 0 && random.Intn(3) > 0 {
				text = texts[random.Intn(len(texts))]
			} else {
				for left := random.Intn(7); left > 0; left-- {
					text += string("abAB01 .,()"[random.Intn(11)])
				}
			}
			made.SetString(text)
		case reflect.Slice:
			made.Set(reflect.MakeSlice(kind, 0, 0))
			for left := random.Intn(6); left > 0; left-- {
				made = reflect.Append(made, value(kind.Elem()))
			}
		case reflect.Map:
			made.Set(reflect.MakeMap(kind))
			for left := random.Intn(4); left > 0; left-- {
				made.SetMapIndex(value(kind.Key()), value(kind.Elem()))
			}
		case reflect.Struct:
			for index := 0; index < kind.NumField(); index++ {
				if kind.Field(index).IsExported() {
					made.Field(index).Set(value(kind.Field(index).Type))
				}
			}
		case reflect.Interface:
			if kind.NumMethod() == 0 {
				made.Set(reflect.ValueOf(int(number())))
			}
		}
		return made
	}
	called := reflect.ValueOf(${textOf(source, name)})
	call := func(arguments []reflect.Value) (result string) {
		defer func() {
			if thrown := recover(); thrown != nil {
				result = "!" + fmt.Sprint(thrown)
			}
		}()
		var results []reflect.Value
		if called.Type().IsVariadic() {
			results = called.CallSlice(arguments)
		} else {
			results = called.Call(arguments)
		}
		for _, each := range append(results, arguments...) {
			result += fmt.Sprintf("%v;", each)
		}
		return result
	}
	for count := 0; count < ${CALLS}; count++ {
		var arguments []reflect.Value
		for index := 0; index < called.Type().NumIn(); index++ {
			arguments = append(arguments, value(called.Type().In(index)))
		}
		result := call(arguments)
		if len(result) > 400 {
			result = result[:400] + strconv.Itoa(len(result))
		}
		fmt.Println("${MARK}" + strconv.Quote(result))
	}
}
`;
}

/** Reads the results; calls that did not come to their end stand as such. None: the test did not run. */
export function readBehaviour(output: string): string[] {
  const results = output.split('\n').flatMap((line) => {
    if (!line.startsWith(`${MARK}"`)) return [];
    return [line.slice(MARK.length + 1, -1)];
  });
  if (results.length === 0) return [];
  while (results.length < CALLS) results.push('!hang');
  return results.slice(0, CALLS);
}
