package waybill.peer;

import java.io.Serializable;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** What the bench says on the command line, as name=value. */
record Settings(
        String brokers,
        String prefix,
        String warmPrefix,
        int threads,
        int partitions,
        long hold,
        long commitInterval,
        long cacheBytes,
        String compression,
        String stateDir,
        String model,
        String endpoint,
        Set<String> chosen,
        byte[] registrationHeader,
        byte[] eventHeader)
        implements Serializable {

    static Settings parse(String[] args) {
        Map<String, String> given = new HashMap<>();
        for (String arg : args) {
            int at = arg.indexOf('=');
            given.put(arg.substring(0, at), arg.substring(at + 1));
        }
        HexFormat hex = HexFormat.of();
        return new Settings(
                given.get("brokers"),
                given.get("prefix"),
                given.get("warm-prefix"),
                Integer.parseInt(given.get("threads")),
                Integer.parseInt(given.get("partitions")),
                Long.parseLong(given.get("hold-ms")),
                Long.parseLong(given.get("commit-interval-ms")),
                Long.parseLong(given.get("cache-bytes")),
                given.get("compression"),
                given.get("state-dir"),
                given.get("model"),
                given.get("endpoint"),
                Set.of(given.get("chosen").split(",")),
                hex.parseHex(given.get("registration-header")),
                hex.parseHex(given.get("event-header")));
    }
}
