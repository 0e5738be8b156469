package patchwright;

import java.util.Map;
import java.util.Set;

/** Runs tests of classes that a loader gives. */
interface Tests {
    /**
     * @param keys tests as {@code package.Class#method}; null for all tests of the classes
     * @return by key how it ended: null when it passed, else what was thrown; skipped tests are left out
     */
    Map<String, Throwable> run(ClassLoader loader, Set<String> classes, Set<String> keys) throws Exception;
}
