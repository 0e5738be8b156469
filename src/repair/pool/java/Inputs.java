package patchwright;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Makes values of simple types, always the same ones: near the literals of the tests half of the time. */
final class Inputs {
    private static final String LETTERS = "abAB01 .,()";
    private final Random random = new Random(1);
    private final List<Double> numbers;
    private final List<String> strings;

    Inputs(List<Double> numbers, List<String> strings) {
        this.numbers = numbers;
        this.strings = strings;
    }

    /** @throws IllegalArgumentException for a type of which it makes no values */
    Object make(Type type) {
        if (type == int.class || type == Integer.class) return (int) number();
        if (type == long.class || type == Long.class) return (long) number();
        if (type == double.class || type == Double.class) return real();
        if (type == float.class || type == Float.class) return (float) real();
        if (type == boolean.class || type == Boolean.class) return random.nextBoolean();
        if (type == char.class || type == Character.class) return letter();
        if (type == String.class || type == CharSequence.class) return string();
        if (type == Object.class || type instanceof java.lang.reflect.TypeVariable) return (int) number();
        if (type instanceof Class && ((Class<?>) type).isArray()) return array(((Class<?>) type).getComponentType());
        if (type instanceof GenericArrayType) return array(Object.class);
        if (type instanceof ParameterizedType) {
            ParameterizedType generic = (ParameterizedType) type;
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] of = generic.getActualTypeArguments();
            if (raw.isAssignableFrom(ArrayList.class)) return list(of[0]);
            if (raw.isAssignableFrom(HashSet.class)) return new HashSet<>(list(of[0]));
            if (raw.isAssignableFrom(HashMap.class)) {
                Map<Object, Object> map = new HashMap<>();
                for (Object key : list(of[0])) map.put(key, make(of[1]));
                return map;
            }
        }
        throw new IllegalArgumentException(type.toString());
    }

    private List<Object> list(Type of) {
        List<Object> made = new ArrayList<>();
        for (int left = random.nextInt(6); left > 0; left--) made.add(make(of));
        return made;
    }

    private Object array(Class<?> of) {
        List<Object> items = list(of);
        Object made = Array.newInstance(of, items.size());
        for (int index = 0; index < items.size(); index++) Array.set(made, index, items.get(index));
        return made;
    }

    private double number() {
        if (numbers.isEmpty() || random.nextBoolean()) return random.nextInt(14) - 3;
        return Math.rint(numbers.get(random.nextInt(numbers.size()))) + random.nextInt(3) - 1;
    }

    private double real() {
        return random.nextBoolean() ? number() : number() + random.nextInt(4) / 4.0;
    }

    private char letter() {
        return LETTERS.charAt(random.nextInt(LETTERS.length()));
    }

    private String string() {
        StringBuilder made = new StringBuilder();
        if (!strings.isEmpty() && random.nextInt(3) > 0) {
            made.append(strings.get(random.nextInt(strings.size())));
            if (made.length() > 0 && random.nextBoolean()) made.setCharAt(random.nextInt(made.length()), letter());
            return made.toString();
        }
        for (int left = random.nextInt(7); left > 0; left--) made.append(letter());
        return made.toString();
    }
}
