package patchwright;

import java.util.BitSet;

/** What code with probes calls. */
public final class Probe {
    /** Set when the running tests took too long: loops end then. */
    static volatile boolean stopped;
    private static final BitSet lines = new BitSet();

    private Probe() {}

    /** A line, by its number among all with a probe, is about to run. */
    public static void line(int number) {
        synchronized (lines) {
            lines.set(number);
        }
    }

    /** A loop begins another turn. */
    public static void turn() {
        if (stopped) throw new Stop();
    }

    /** Takes the lines that ran since the last call. */
    static int[] take() {
        synchronized (lines) {
            int[] taken = lines.stream().toArray();
            lines.clear();
            return taken;
        }
    }

    /** Ends a loop that came to no end by itself. */
    @SuppressWarnings("serial")
    static final class Stop extends Error {
        Stop() {
            super("took too long", null, false, false);
        }
    }
}
