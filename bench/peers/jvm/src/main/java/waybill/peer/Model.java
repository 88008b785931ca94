package waybill.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The status model, as the table that the bench writes. */
final class Model {
    private static final String UNMAPPED = "unknown.unmapped";

    /** A main status. */
    static final class Status {
        final String name;
        final byte[] bytes;
        private final String fallback;

        Status(String name, String fallback) {
            this.name = name;
            this.bytes = name.getBytes(StandardCharsets.UTF_8);
            this.fallback = fallback;
        }
    }

    /** A code; from tells for each status whether it may give way to the code. */
    static final class Code {
        final byte[] bytes;
        final Status status;
        final int rank;
        final boolean counts;
        private final int statusNumber;
        private final String from;

        Code(String name, Status status, int statusNumber, int rank, boolean counts, String from) {
            this.bytes = name.getBytes(StandardCharsets.UTF_8);
            this.status = status;
            this.statusNumber = statusNumber;
            this.rank = rank;
            this.counts = counts;
            this.from = from;
        }

        boolean mayFollow(Code present) {
            return from.charAt(present.statusNumber) == '1';
        }
    }

    private final Map<String, Status> statuses = new HashMap<>();
    private final Map<String, Code> codes = new HashMap<>();

    static Model load(String table) throws IOException {
        Model model = new Model();
        List<Status> numbered = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(table))) {
            String[] fields = line.split("\t");
            if (fields[0].equals("status")) {
                Status status = new Status(fields[1], fields[2]);
                numbered.add(status);
                model.statuses.put(status.name, status);
                continue;
            }
            int number = Integer.parseInt(fields[2]);
            model.codes.put(fields[1], new Code(
                    fields[1], numbered.get(number), number, Integer.parseInt(fields[3]), fields[4].equals("1"), fields[5]));
        }
        return model;
    }

    Status status(String name) {
        return statuses.get(name);
    }

    Code code(String name) {
        return codes.get(name);
    }

    /** Finds an event's code: where status and code disagree the status wins, with the code it falls back on. */
    Code resolve(String statusName, String codeName) {
        Status status = statuses.get(statusName);
        Code code = codes.get(codeName);
        if (code != null && (status == null || code.status == status)) {
            return code;
        }
        return codes.get(status != null ? status.fallback : UNMAPPED);
    }
}
