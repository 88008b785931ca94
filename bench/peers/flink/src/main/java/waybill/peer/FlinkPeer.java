package waybill.peer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.ExecutionConfig.ClosureCleanerLevel;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend.PriorityQueueStateType;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** The rules on Flink: a cluster in this process, with one task manager that has a slot for each worker. */
final class FlinkPeer implements Peer {
    /** What RocksDB may have on Kafka Streams beside the record cache; on Flink, which has no such cache, it may have both. */
    private static final long ROCKS = 512L << 20;

    private final Settings settings;
    private final Configuration configuration;
    private final MiniCluster cluster;
    private JobID job;
    private volatile Throwable failure;

    private FlinkPeer(Settings settings) throws Exception {
        this.settings = settings;
        this.configuration = configuration(settings);
        this.cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(settings.threads())
                .withRandomPorts()
                .build());
        cluster.start();
    }

    public static void main(String[] args) {
        Measured.run(args, FlinkPeer::new);
    }

    private static Configuration configuration(Settings settings) {
        Path dir = Path.of(settings.stateDir());
        Configuration c = new Configuration();
        c.set(CoreOptions.TMP_DIRS, dir.resolve("tmp").toString());
        c.set(WebOptions.TMP_DIR, dir.resolve("tmp").toString());
        c.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, new MemorySize(settings.cacheBytes() + ROCKS));
        c.set(PipelineOptions.OBJECT_REUSE, true);
        c.set(PipelineOptions.CLOSURE_CLEANER_LEVEL, ClosureCleanerLevel.NONE);
        c.set(RestartStrategyOptions.RESTART_STRATEGY, "none"); // a failure ends the measurement
        c.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        c.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(settings.commitInterval()));
        c.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, dir.resolve("checkpoints").toUri().toString());
        c.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        c.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        c.set(RocksDBOptions.LOCAL_DIRECTORIES, dir.resolve("rocksdb").toString());
        c.set(RocksDBOptions.TIMER_SERVICE_FACTORY, PriorityQueueStateType.HEAP);
        c.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
        return c;
    }

    @Override
    public void workOff(String prefix) throws Exception {
        submit(prefix, true);
        requireSuccess(cluster.requestJobResult(job).get());
    }

    @Override
    public void start(String prefix) throws Exception {
        submit(prefix, false);
        while (!running()) {
            check();
            Thread.sleep(20);
        }
    }

    private void submit(String prefix, boolean bounded) throws Exception {
        JobGraph graph = new ParcelJob(settings, prefix, bounded).graph(configuration);
        job = graph.getJobID();
        cluster.submitJob(graph).get();
        cluster.requestJobResult(job).whenComplete((result, lost) ->
                failure = lost != null ? lost : result.getSerializedThrowable().orElse(null));
    }

    private boolean running() throws Exception {
        AccessExecutionGraph graph = cluster.getExecutionGraph(job).get();
        return StreamSupport.stream(graph.getAllExecutionVertices().spliterator(), false)
                .allMatch(task -> task.getExecutionState() == ExecutionState.RUNNING);
    }

    private static void requireSuccess(JobResult result) throws Exception {
        if (!result.isSuccess()) {
            throw new IllegalStateException("Flink failed", result.getSerializedThrowable().orElse(null));
        }
    }

    @Override
    public void check() {
        if (failure != null) {
            throw new IllegalStateException("Flink failed: " + failure, failure);
        }
    }

    /** Stops with a savepoint, whose transactions are committed before the job ends. */
    @Override
    public void close() throws Exception {
        String savepoints = Path.of(settings.stateDir()).resolve("savepoints").toUri().toString();
        cluster.stopWithSavepoint(job, savepoints, false, SavepointFormatType.NATIVE).get();
        requireSuccess(cluster.requestJobResult(job).get());
        cluster.close();
    }
}
