package waybill.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process that bench measures. It reads lines and answers each with one: an order, which says nothing that the command
 * line does not; "begin", when work is about to be let loose; and "end", when all of it is handled. Before its first answer
 * it has worked a first load off, so that the compilers have done most of their work.
 */
public final class Main {
    private Main() {}

    /** Runs until "end" or the end of the input. */
    public static void main(String[] args) throws IOException {
        try {
            run(Settings.parse(args));
        } catch (Exception e) {
            e.printStackTrace();
            System.out.println("{\"err\":\"" + e.toString().replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
            System.out.flush();
            Runtime.getRuntime().halt(1);
        }
        System.exit(0);
    }

    private static void run(Settings settings) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        in.readLine();
        Model model = Model.load(settings.model());
        if (!settings.warmPrefix().isEmpty()) {
            Application first = new Application(settings, settings.warmPrefix(), model);
            first.start();
            first.awaitTicks();
            first.close();
        }
        Application application = new Application(settings, settings.prefix(), model);
        application.start();
        System.gc();
        answer();
        Thread watch = new Thread(() -> watch(application), "watch");
        watch.setDaemon(true);
        watch.start();
        for (String word = in.readLine(); word != null; word = in.readLine()) {
            if (word.equals("\"end\"")) {
                application.close();
            }
            answer();
        }
    }

    /** Ends the process with an answer that says why, when the application has failed. */
    private static void watch(Application application) {
        try {
            while (true) {
                application.check();
                Thread.sleep(100);
            }
        } catch (IllegalStateException e) {
            System.out.println("{\"err\":\"" + e.getMessage().replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
            System.out.flush();
            Runtime.getRuntime().halt(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer() {
        System.out.println("{}");
        System.out.flush();
    }
}
