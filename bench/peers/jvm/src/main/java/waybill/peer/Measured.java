package waybill.peer;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process that bench measures. It reads lines and answers each with one: an order, which says nothing that the command
 * line does not; "begin", when work is about to be let loose; and "end", when all of it is handled. Before its first answer
 * it has worked a first load off, so that the compilers have done most of their work.
 */
final class Measured {
    private Measured() {}

    /** Makes a peer of what the command line says. */
    interface Maker {
        Peer make(Settings settings) throws Exception;
    }

    /** Runs until "end" or the end of the input, and ends the process. */
    static void run(String[] args, Maker maker) {
        try {
            Settings settings = Settings.parse(args);
            serve(settings, maker.make(settings));
        } catch (Exception e) {
            e.printStackTrace();
            fail(e.toString());
        }
        System.exit(0);
    }

    private static void serve(Settings settings, Peer peer) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        in.readLine();
        peer.workOff(settings.warmPrefix());
        peer.start(settings.prefix());
        System.gc();
        answer();
        Thread watch = new Thread(() -> watch(peer), "watch");
        watch.setDaemon(true);
        watch.start();
        for (String word = in.readLine(); word != null; word = in.readLine()) {
            if (word.equals("\"end\"")) {
                peer.close();
            }
            answer();
        }
    }

    /** Ends the process with an answer that says why, when the peer has failed. */
    private static void watch(Peer peer) {
        try {
            while (true) {
                peer.check();
                Thread.sleep(100);
            }
        } catch (IllegalStateException e) {
            fail(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer() {
        System.out.println("{}");
        System.out.flush();
    }

    private static void fail(String why) {
        System.out.println("{\"err\":\"" + why.replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}");
        System.out.flush();
        Runtime.getRuntime().halt(1);
    }
}
