/* Prints size and offsets of every struct of the ABI, as a C compiler sees the
 * header. Compared with the committed baseline. */
#include <rextrack.h>

#include <stddef.h>
#include <stdio.h>

#define STRUCT(s) printf("%s %zu\n", #s, sizeof(s))
#define FIELD(s, f)                                                            \
    printf("  %s %zu %zu\n", #f, offsetof(s, f), sizeof(((s *)0)->f))

int main(void) {
    STRUCT(RextrackSlot);
    FIELD(RextrackSlot, track_id);
    FIELD(RextrackSlot, generation);
    FIELD(RextrackSlot, state);
    FIELD(RextrackSlot, class_id);
    FIELD(RextrackSlot, score);
    FIELD(RextrackSlot, x);
    FIELD(RextrackSlot, y);
    FIELD(RextrackSlot, w);
    FIELD(RextrackSlot, h);
    FIELD(RextrackSlot, vx);
    FIELD(RextrackSlot, vy);
    FIELD(RextrackSlot, age_ms);
    FIELD(RextrackSlot, life_ms);
    STRUCT(RextrackSnapshot);
    FIELD(RextrackSnapshot, struct_size);
    FIELD(RextrackSnapshot, source_state);
    FIELD(RextrackSnapshot, seq);
    FIELD(RextrackSnapshot, frame_seq);
    FIELD(RextrackSnapshot, capture_ns);
    FIELD(RextrackSnapshot, publish_ns);
    FIELD(RextrackSnapshot, slot_count);
    FIELD(RextrackSnapshot, active_count);
    FIELD(RextrackSnapshot, waiting_count);
    FIELD(RextrackSnapshot, frame_width);
    FIELD(RextrackSnapshot, frame_height);
    FIELD(RextrackSnapshot, problem);
    FIELD(RextrackSnapshot, problem_count);
    FIELD(RextrackSnapshot, reserved);
    STRUCT(RextrackEvent);
    FIELD(RextrackEvent, kind);
    FIELD(RextrackEvent, slot);
    FIELD(RextrackEvent, seq);
    FIELD(RextrackEvent, time_ns);
    FIELD(RextrackEvent, track_id);
    FIELD(RextrackEvent, generation);
    FIELD(RextrackEvent, class_id);
    FIELD(RextrackEvent, source_state);
    FIELD(RextrackEvent, count);
    FIELD(RextrackEvent, status);
    FIELD(RextrackEvent, reserved);
    STRUCT(RextrackStats);
    FIELD(RextrackStats, struct_size);
    FIELD(RextrackStats, source_state);
    FIELD(RextrackStats, frames_in);
    FIELD(RextrackStats, frames_processed);
    FIELD(RextrackStats, dropped);
    FIELD(RextrackStats, reconnects);
    FIELD(RextrackStats, fps_in);
    FIELD(RextrackStats, fps_proc);
    FIELD(RextrackStats, capture_ms);
    FIELD(RextrackStats, preprocess_ms);
    FIELD(RextrackStats, inference_ms);
    FIELD(RextrackStats, postprocess_ms);
    FIELD(RextrackStats, track_ms);
    FIELD(RextrackStats, end_to_end_ms);
    FIELD(RextrackStats, waiting);
    FIELD(RextrackStats, reserved);
    FIELD(RextrackStats, requested_device);
    FIELD(RextrackStats, device);
    STRUCT(RextrackAxis);
    FIELD(RextrackAxis, name);
    FIELD(RextrackAxis, unit);
    FIELD(RextrackAxis, description);
    FIELD(RextrackAxis, quantity);
    FIELD(RextrackAxis, empty);
    STRUCT(RextrackKeypoint);
    FIELD(RextrackKeypoint, x);
    FIELD(RextrackKeypoint, y);
    FIELD(RextrackKeypoint, score);
    FIELD(RextrackKeypoint, reserved);
    STRUCT(RextrackSink);
    FIELD(RextrackSink, state);
    FIELD(RextrackSink, reserved);
    FIELD(RextrackSink, sent);
    FIELD(RextrackSink, failed);
    FIELD(RextrackSink, bytes);
    FIELD(RextrackSink, dropped);
    FIELD(RextrackSink, name);
    FIELD(RextrackSink, problem);
    STRUCT(RextrackLogLine);
    FIELD(RextrackLogLine, struct_size);
    FIELD(RextrackLogLine, level);
    FIELD(RextrackLogLine, number);
    FIELD(RextrackLogLine, time_ns);
    FIELD(RextrackLogLine, dropped);
    STRUCT(RextrackFrame);
    FIELD(RextrackFrame, struct_size);
    FIELD(RextrackFrame, format);
    FIELD(RextrackFrame, width);
    FIELD(RextrackFrame, height);
    FIELD(RextrackFrame, data);
    FIELD(RextrackFrame, stride);
    FIELD(RextrackFrame, capture_ns);
    FIELD(RextrackFrame, flags);
    FIELD(RextrackFrame, reserved);
    STRUCT(RextrackImage);
    FIELD(RextrackImage, struct_size);
    FIELD(RextrackImage, format);
    FIELD(RextrackImage, flags);
    FIELD(RextrackImage, width);
    FIELD(RextrackImage, height);
    FIELD(RextrackImage, reserved);
    FIELD(RextrackImage, data);
    FIELD(RextrackImage, capacity);
    FIELD(RextrackImage, stride);
    FIELD(RextrackImage, frame_seq);
    FIELD(RextrackImage, capture_ns);
    return 0;
}
