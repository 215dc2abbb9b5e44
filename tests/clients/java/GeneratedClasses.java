import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The generated and compiled classes of one service, in a class loader of their own: two services may share a namespace.
 */
final class GeneratedClasses {
    private final Path root;
    private final ClassLoader loader;

    GeneratedClasses(String directory) throws IOException {
        root = Path.of(directory);
        loader = new URLClassLoader(new URL[] {root.toUri().toURL()}, GeneratedClasses.class.getClassLoader());
    }

    /** The first class, in order of names, that is such a one. */
    Class<?> first(Predicate<Class<?>> wanted) throws IOException {
        return all().stream().filter(wanted).findFirst().orElseThrow();
    }

    private List<Class<?>> all() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(each -> each.toString().endsWith(".class")).sorted().map(this::load)
                .collect(Collectors.toList());
        }
    }

    private Class<?> load(Path file) {
        String name = root.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
        try {
            return loader.loadClass(name);
        } catch (ClassNotFoundException error) {
            throw new IllegalStateException(error);
        }
    }
}
