package patchwright;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Tests on the JUnit platform. */
final class JUnit5Tests implements Tests {
    @Override
    public Map<String, Throwable> run(ClassLoader loader, Set<String> classes, Set<String> keys) throws Exception {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : classes) {
            request.selectors(DiscoverySelectors.selectClass(loader.loadClass(name)));
        }
        if (keys != null) {
            PostDiscoveryFilter chosen = descriptor -> {
                String key = keyOf(descriptor.getSource());
                return FilterResult.includedIf(key == null || keys.contains(key));
            };
            request.filters(chosen);
        }
        LauncherDiscoveryRequest built = request.build();
        Map<String, Throwable> ended = new LinkedHashMap<>();
        LauncherFactory.create().execute(built, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                String key = keyOf(test.getSource());
                boolean failed = result.getStatus() != TestExecutionResult.Status.SUCCESSFUL;
                if (key == null && failed) key = "container";
                if (key == null || !(test.isTest() || failed)) return;
                Throwable thrown = failed ? result.getThrowable().orElseGet(AssertionError::new) : null;
                if (ended.get(key) == null) ended.put(key, thrown);
            }
        });
        return ended;
    }

    private static String keyOf(Optional<TestSource> source) {
        if (!source.isPresent() || !(source.get() instanceof MethodSource)) return null;
        MethodSource method = (MethodSource) source.get();
        return method.getClassName() + "#" + method.getMethodName();
    }
}
