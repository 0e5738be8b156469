package patchwright;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Calls a method with made inputs and notes what comes of each call. */
final class Behaviour extends Thread {
    private static final int CALLS = 80;
    private final Method method;
    private final Object target;
    private final Inputs inputs;
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    Behaviour(Class<?> owner, String name, int parameters, Inputs inputs) throws Exception {
        this.method = Arrays.stream(owner.getDeclaredMethods())
                .filter(each -> each.getName().equals(name) && each.getParameterCount() == parameters)
                .findFirst().orElseThrow(NoSuchMethodException::new);
        method.setAccessible(true);
        this.inputs = inputs;
        if (Modifier.isStatic(method.getModifiers())) {
            target = null;
        } else {
            Constructor<?> plain = owner.getDeclaredConstructor();
            plain.setAccessible(true);
            target = plain.newInstance();
        }
        // A type of which no values can be made is known before the first call.
        for (Object type : method.getGenericParameterTypes()) new Inputs(List.of(), List.of()).make((java.lang.reflect.Type) type);
        setDaemon(true);
    }

    @Override
    public void run() {
        for (int call = 0; call < CALLS; call++) {
            Object[] arguments = Arrays.stream(method.getGenericParameterTypes()).map(inputs::make).toArray();
            String result;
            try {
                result = text(method.invoke(target, arguments));
            } catch (InvocationTargetException thrown) {
                result = "!" + thrown.getCause().getClass().getName();
            } catch (Throwable other) {
                result = "!" + other.getClass().getName();
            }
            told.add(result + " " + text(arguments));
        }
    }

    /** What came of each call, those that did not come to their end too. */
    List<String> told() {
        List<String> all = new ArrayList<>(told);
        while (all.size() < CALLS) all.add("!hang");
        return all.subList(0, CALLS);
    }

    private static String text(Object value) {
        String text = Arrays.deepToString(new Object[] {value});
        return text.length() > 400 ? text.substring(0, 400) + text.hashCode() : text;
    }
}
