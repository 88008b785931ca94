package waybill.peer;

import java.io.IOException;

/** The rules on Kafka Streams. */
final class StreamsPeer implements Peer {
    private final Settings settings;
    private final Model model;
    private StreamsApplication application;

    private StreamsPeer(Settings settings) throws IOException {
        this.settings = settings;
        this.model = Model.load(settings.model());
    }

    public static void main(String[] args) {
        Measured.run(args, StreamsPeer::new);
    }

    @Override
    public void workOff(String prefix) throws InterruptedException {
        start(prefix);
        application.awaitTicks();
        close();
    }

    @Override
    public void start(String prefix) throws InterruptedException {
        application = new StreamsApplication(settings, prefix, model);
        application.start();
    }

    @Override
    public void check() {
        application.check();
    }

    @Override
    public void close() {
        application.close();
    }
}
