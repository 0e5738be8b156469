package patchwright;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.manipulation.Filter;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/** Tests of JUnit 4. */
final class JUnit4Tests implements Tests {
    @Override
    public Map<String, Throwable> run(ClassLoader loader, Set<String> classes, Set<String> keys) throws Exception {
        Map<String, Throwable> ended = new LinkedHashMap<>();
        JUnitCore core = new JUnitCore();
        core.addListener(new RunListener() {
            @Override
            public void testFinished(Description test) {
                ended.putIfAbsent(keyOf(test), null);
            }

            @Override
            public void testFailure(Failure failure) {
                ended.putIfAbsent(keyOf(failure.getDescription()), failure.getException());
            }
        });
        for (String name : classes) {
            Request request = Request.aClass(loader.loadClass(name));
            if (keys != null && keys.stream().noneMatch(key -> key.startsWith(name + "#"))) continue;
            core.run(keys == null ? request : request.filterWith(only(keys)));
        }
        return ended;
    }

    private static Filter only(Set<String> keys) {
        return new Filter() {
            @Override
            public boolean shouldRun(Description test) {
                if (test.isTest()) return keys.contains(keyOf(test));
                return test.getChildren().stream().anyMatch(this::shouldRun);
            }

            @Override
            public String describe() {
                return "chosen tests";
            }
        };
    }

    /** The name of a parameterized test ends with its parameters. */
    private static String keyOf(Description test) {
        String method = test.getMethodName();
        return test.getClassName() + "#" + (method == null ? "" : method.replaceAll("[\\[(].*$", ""));
    }
}
