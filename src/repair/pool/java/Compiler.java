package patchwright;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles sources in memory and loads them over the classes of the project. */
final class Compiler {
    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
    private final List<String> options;
    private final URL[] folders;

    /** @param folders with the project's own classes; the jars of the tests are on this program's class path */
    Compiler(List<String> folders) throws Exception {
        String classPath = String.join(":", folders) + ":" + System.getProperty("java.class.path");
        options = Arrays.asList("-nowarn", "-g", "-Xlint:none", "-classpath", classPath);
        List<URL> urls = new ArrayList<>();
        for (String folder : folders) urls.add(Paths.get(folder).toUri().toURL());
        this.folders = urls.toArray(new URL[0]);
    }

    /** @return a loader of the project's classes, those of the sources in place of the old; null when javac refuses */
    ClassLoader load(Map<String, String> sources) {
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        if (!sources.isEmpty() && !compile(sources, classes)) return null;
        return new URLClassLoader(folders, Compiler.class.getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                ByteArrayOutputStream made = classes.get(name);
                if (made == null) return super.findClass(name);
                return defineClass(name, made.toByteArray(), 0, made.size());
            }
        };
    }

    private boolean compile(Map<String, String> sources, Map<String, ByteArrayOutputStream> classes) {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((path, text) -> units.add(new SimpleJavaFileObject(
                URI.create("memory:///" + path.replaceAll("[^\\w./-]", "_")), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        }));
        JavaFileManager inMemory = new ForwardingJavaFileManager<JavaFileManager>(files) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                classes.put(name, bytes);
                return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + kind.extension), kind) {
                    @Override
                    public OutputStream openOutputStream() {
                        return bytes;
                    }
                };
            }
        };
        try {
            return compiler.getTask(null, inMemory, found -> {}, options, null, units).call();
        } catch (RuntimeException crash) {
            return false;
        }
    }
}
