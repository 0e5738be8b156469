package patchwright;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tries candidates on tests, compiled in memory. Started with a folder: `config.json` says what to load, `ready.json`
 * answers with the tests; every `batch-N.json` is answered by `results-N.jsonl`, a line a candidate and a last line
 * `end`; the file `stop` ends the worker. Started anew after a candidate that took the process with it, it goes on
 * with the next.
 */
public final class Worker {
    private static final long POLL_MS = 4;
    private static final long GRACE_MS = 300;
    /** For all calls of one candidate, when behaviours are told apart. */
    private static final long CALLS_MS = 1500;
    /** A thread that waits gets so many times the limit. */
    private static final int WAITS = 4;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** Exit code that asks to be started again. */
    private static final int AGAIN = 3;

    private final Path folder;
    private final Compiler compiler;
    private final Tests tests;
    private final Set<String> classes;

    private Worker(Path folder, Map<?, ?> config) throws Exception {
        this.folder = folder;
        this.compiler = new Compiler(strings(config.get("folders")));
        this.tests = (Tests) Class.forName("patchwright." + config.get("tests")).getDeclaredConstructor().newInstance();
        this.classes = new LinkedHashSet<>(strings(config.get("classes")));
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Paths.get(arguments[0]);
        PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
        System.setOut(nothing);
        System.setErr(nothing);
        Map<?, ?> config = (Map<?, ?>) Json.read(read(folder.resolve("config.json")));
        Worker worker = new Worker(folder, config);
        if (!Files.exists(folder.resolve("ready.json"))) worker.learn(config);
        else worker.warmUp(config);
        worker.serve();
        Runtime.getRuntime().halt(0);
    }

    /** Runs each test, with probes in the lines of the sources where those can be compiled. */
    private void learn(Map<?, ?> config) throws Exception {
        ClassLoader probed = compiler.load(sourcesOf(config));
        ClassLoader loader = probed == null ? compiler.load(Collections.emptyMap()) : probed;
        long limit = (long) (1000 * (Double) config.get("testSeconds"));
        Run all = new Run(loader, null, (long) (1000 * (Double) config.get("learnSeconds")));
        if (!all.finish()) throw new IllegalStateException("the tests come to no end");
        if (all.ended == null) throw new IllegalStateException("the tests do not run: " + all.failure);
        StringBuilder out = new StringBuilder("{\"tests\":[");
        String separator = "";
        for (String key : all.ended.keySet()) {
            Probe.take();
            long began = System.nanoTime();
            Run run = new Run(loader, Collections.singleton(key), limit);
            boolean finished = run.finish();
            double seconds = (System.nanoTime() - began) / 1e9;
            List<String> lines = new ArrayList<>();
            for (int line : Probe.take()) lines.add(String.valueOf(line));
            Throwable thrown = finished && run.ended != null ? run.ended.get(key) : null;
            String verdict = finished ? thrown == null ? "passed" : "failed" : "hang";
            out.append(separator).append("{\"id\":").append(Json.quote(key)).append(",\"file\":\"\",\"verdict\":\"")
                    .append(verdict).append("\",\"seconds\":").append(seconds).append(",\"lines\":{\"\":[")
                    .append(String.join(",", lines)).append("]},\"checks\":[[\"")
                    .append(lineOf(key, thrown)).append("\",").append(thrown == null).append("]]}");
            separator = ",";
        }
        write("ready.json", out.append("]}").toString());
    }

    /** What is loaded and compiled for the first time is not to count against the first candidate. */
    private void warmUp(Map<?, ?> config) throws Exception {
        compiler.load(sourcesOf(config));
        new Run(compiler.load(Collections.emptyMap()), null, (long) (1000 * (Double) config.get("testSeconds"))).finish();
    }

    private static Map<String, String> sourcesOf(Map<?, ?> config) {
        Map<String, String> sources = new LinkedHashMap<>();
        ((Map<?, ?>) config.get("probed")).forEach((path, text) -> sources.put((String) path, (String) text));
        return sources;
    }

    private void serve() throws Exception {
        for (int number = 0; !Files.exists(folder.resolve("stop")); ) {
            Path batch = folder.resolve("batch-" + number + ".json");
            if (!Files.exists(batch)) {
                Thread.sleep(POLL_MS);
                continue;
            }
            handle((Map<?, ?>) Json.read(read(batch)), folder.resolve("results-" + number + ".jsonl"));
            number += 1;
        }
    }

    private void handle(Map<?, ?> batch, Path results) throws Exception {
        Set<Integer> begun = new HashSet<>();
        Set<Integer> told = new HashSet<>();
        if (Files.exists(results)) {
            for (String line : read(results).split("\n")) {
                if (line.equals("end")) return;
                if (line.startsWith("begin ")) begun.add(Integer.valueOf(line.substring(6)));
                if (line.startsWith("[")) told.add(Integer.valueOf(line.substring(1, line.indexOf(','))));
            }
        }
        for (Object each : (List<?>) batch.get("candidates")) {
            Map<?, ?> candidate = (Map<?, ?>) each;
            int id = ((Double) candidate.get("id")).intValue();
            if (told.contains(id)) continue;
            if (Files.exists(folder.resolve("stop"))) return;
            if (begun.contains(id)) {
                append(results, "[" + id + ",\"died\",0,0]");
                continue;
            }
            append(results, "begin " + id);
            attempt(batch, candidate, id, results);
        }
        append(results, "end");
    }

    private void attempt(Map<?, ?> batch, Map<?, ?> candidate, int id, Path results) throws Exception {
        Map<String, String> source = Collections.singletonMap((String) candidate.get("path"), (String) candidate.get("text"));
        ClassLoader loader = compiler.load(source);
        if (loader == null) {
            append(results, "[" + id + ",\"invalid\",0,0]");
            return;
        }
        if (batch.get("behave") != null) {
            append(results, "[" + id + ",\"told\",0,0,[" + behaviour(batch, loader) + "]]");
            return;
        }
        List<String> failing = strings(batch.get("failing"));
        List<String> passing = strings(batch.get("passing"));
        List<?> lines = (List<?>) batch.get("lines");
        Set<String> keys = new LinkedHashSet<>(failing);
        keys.addAll(passing);
        Run run = new Run(loader, keys, (long) (1000 * (Double) batch.get("seconds")));
        if (!run.finish() || run.stopped) {
            append(results, "[" + id + ",\"hang\",0,0]");
            // Threads that cannot be stopped end with the process.
            if (run.isAlive()) Runtime.getRuntime().halt(AGAIN);
            return;
        }
        Map<String, Throwable> ended = run.ended == null ? Collections.emptyMap() : run.ended;
        int passed = 0;
        int further = 0;
        for (int index = 0; index < failing.size(); index++) {
            String key = failing.get(index);
            if (!ended.containsKey(key)) continue;
            Throwable thrown = ended.get(key);
            if (thrown == null) passed += 1;
            else if (lineOf(key, thrown) > ((Double) lines.get(index)).intValue()) further += 1;
        }
        int broken = 0;
        for (String key : passing) if (!ended.containsKey(key) || ended.get(key) != null) broken += 1;
        if (ended.containsKey("container")) broken += 1;
        String kind = passed < failing.size() ? "failed" : broken > 0 ? "breaks" : "passed";
        append(results, "[" + id + ",\"" + kind + "\"," + (passed + further) + "," + broken + "]");
    }

    /** Results as JSON strings, none when the method cannot be called. */
    private static String behaviour(Map<?, ?> batch, ClassLoader loader) throws InterruptedException {
        List<Double> numbers = new ArrayList<>();
        for (Object each : (List<?>) batch.get("numbers")) numbers.add((Double) each);
        Behaviour calls;
        try {
            Class<?> owner = Class.forName((String) batch.get("owner"), true, loader);
            int parameters = ((Double) batch.get("parameters")).intValue();
            Inputs inputs = new Inputs(numbers, strings(batch.get("strings")));
            calls = new Behaviour(owner, (String) batch.get("method"), parameters, inputs);
        } catch (Throwable impossible) {
            return "";
        }
        calls.start();
        calls.join(CALLS_MS);
        Probe.stopped = true;
        calls.join(GRACE_MS);
        Probe.stopped = false;
        List<String> quoted = new ArrayList<>();
        for (String each : calls.told()) quoted.add(Json.quote(each));
        return String.join(",", quoted);
    }

    /** The line of the test's own class in which it failed; 0 when there is none. */
    private static int lineOf(String key, Throwable thrown) {
        if (thrown == null) return 0;
        String name = key.substring(0, key.indexOf('#') < 0 ? key.length() : key.indexOf('#'));
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith(name)) return frame.getLineNumber();
        }
        return 0;
    }

    /** Tests in a thread of their own, with a limit. */
    private final class Run extends Thread {
        private final ClassLoader loader;
        private final Set<String> keys;
        private final long limit;
        private volatile Map<String, Throwable> ended;
        private volatile Throwable failure;
        private boolean stopped;

        Run(ClassLoader loader, Set<String> keys, long limit) {
            this.loader = loader;
            this.keys = keys;
            this.limit = limit;
            setDaemon(true);
            setContextClassLoader(loader);
        }

        @Override
        public void run() {
            try {
                Set<String> chosen = new LinkedHashSet<>(classes);
                ended = tests.run(loader, chosen, keys);
            } catch (Throwable thrown) {
                failure = thrown;
            }
        }

        /** @return false when the tests still run after all */
        boolean finish() throws InterruptedException {
            start();
            // Time that other programs took does not count, nor forever what waits.
            long last = System.nanoTime() + WAITS * limit * 1_000_000;
            do {
                join(limit);
            } while (isAlive() && THREADS.getThreadCpuTime(getId()) < limit * 1_000_000 && System.nanoTime() < last);
            if (!isAlive()) return true;
            stopped = true;
            Probe.stopped = true;
            interrupt();
            join(GRACE_MS);
            Probe.stopped = false;
            return !isAlive();
        }
    }

    private void write(String name, String text) throws Exception {
        Path part = folder.resolve(name + ".part");
        Files.write(part, text.getBytes(StandardCharsets.UTF_8));
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void append(Path path, String line) throws Exception {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        Files.write(path, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String read(Path path) throws Exception {
        return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    }

    private static List<String> strings(Object list) {
        List<String> found = new ArrayList<>();
        for (Object each : (List<?>) list) found.add((String) each);
        return found;
    }
}
