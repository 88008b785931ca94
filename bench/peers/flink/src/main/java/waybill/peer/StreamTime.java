package waybill.peer;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/**
 * The highest arrival of a partition as its watermark. It is told periodically, and at once of a tick: so what a tick lets
 * go is in the same checkpoint as the tick.
 */
final class StreamTime implements WatermarkGenerator<Message> {
    private long highest = Long.MIN_VALUE;

    @Override
    public void onEvent(Message message, long timestamp, WatermarkOutput output) {
        highest = Math.max(highest, message.arrival());
        if (message.isTick()) {
            output.emitWatermark(new Watermark(highest));
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (highest != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(highest));
        }
    }
}
