/** Paths that are tests by their name. */
export const TEST_PATH =
  /(^|\/)(tests?|testing|specs?|__tests__)\/|(^|\/)test_[^/]*$|[._-](test|spec)s?\.[^/]+$/i;
