package waybill.peer;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * RocksDB as Kafka's memory management guide has it: one block cache and one bound for memory tables over all stores of
 * the process; and whole-key bloom filters, for most keys of a new parcel are not there.
 */
public final class RocksTuning implements RocksDBConfigSetter {
    private static final long MEMORY_TABLE = 64L << 20;

    static {
        RocksDB.loadLibrary();
    }

    private static final Cache CACHE = new LRUCache(256L << 20);
    private static final WriteBufferManager WRITES = new WriteBufferManager(512L << 20, CACHE);
    private static final BloomFilter BLOOM = new BloomFilter(10, false);

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        table.setPinTopLevelIndexAndFilter(true);
        table.setFilterPolicy(BLOOM);
        table.setIndexType(IndexType.kBinarySearch);
        table.setBlockSize(16L << 10);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(WRITES);
        options.setWriteBufferSize(MEMORY_TABLE);
        options.setMaxWriteBufferNumber(3);
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setStatsDumpPeriodSec(0);
    }

    @Override
    public void close(String store, Options options) {
        // What is shared by all stores lives as long as the process.
    }
}
