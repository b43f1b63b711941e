// The structs, enums and functions of include/rextrack.h for P/Invoke. All structs are
// blittable and no function takes a callback, so IL2CPP needs no attributes. C# 7.3.
using System;
using System.Runtime.InteropServices;

namespace Rextrack
{
    /// <summary>The result of a function. A newer library may return values that are not listed.</summary>
    public enum Status
    {
        Ok = 0, InvalidArgument = -1, Config = -2, Model = -3, Runtime = -4, Device = -5,
        Source = -6, Timeout = -7, BufferTooSmall = -8, NotRunning = -9, Ended = -10,
        NoFrame = -11, NotFound = -12, Stopped = -13, Closed = -14, Woken = -15, Abi = -16,
        Internal = -98, Panic = -99
    }

    /// <summary>Held: the owner is not seen, and the slot is kept for it.</summary>
    public enum SlotState : uint { Empty = 0, Active = 1, Held = 2 }

    public enum SourceState : uint
    {
        Stopped = 0, Connecting = 1, Live = 2, Lost = 3, Ended = 4, Failed = 5
    }

    /// <summary>A newer library may have more: ignore unknown kinds.</summary>
    public enum EventKind : uint
    {
        Entered = 1, Lost = 2, Found = 3, Left = 4, Source = 5, Restarted = 6, Overflow = 7,
        Problem = 8, ChangeRefused = 9
    }

    public enum SinkState : uint { Ok = 0, Failed = 1 }

    public enum LogLevel { Off = 0, Error = 1, Warning = 2, Info = 3, Debug = 4, Trace = 5 }

    public enum PixelFormat : uint { Rgba8 = 1, Bgra8 = 2, Rgb8 = 3, Bgr8 = 4, Gray8 = 5 }

    /// <summary>RextrackSlot: positions are 0..1 of the frame, from the top left.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Slot
    {
        public ulong TrackId;
        public uint Generation;
        public SlotState State;
        public int ClassId;
        public float Score;
        public float X;
        public float Y;
        public float W;
        public float H;
        public float Vx;
        public float Vy;
        public uint AgeMs;
        public uint LifeMs;
    }

    /// <summary>RextrackSnapshot: what all slots share.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Snapshot
    {
        public uint StructSize;
        public SourceState SourceState;
        public ulong Seq;
        public ulong FrameSeq;
        public long CaptureNs;
        public long PublishNs;
        public uint SlotCount;
        public uint ActiveCount;
        public uint WaitingCount;
        public uint FrameWidth;
        public uint FrameHeight;
        /// <summary>Why the pipeline cannot go on; Ok for none.</summary>
        public Status Problem;
        /// <summary>Goes up with each new problem and each refused change.</summary>
        public uint ProblemCount;
        public uint Reserved;
    }

    /// <summary>RextrackEvent. Slot is 0 for p1.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Event
    {
        public EventKind Kind;
        public uint Slot;
        public ulong Seq;
        public long TimeNs;
        public ulong TrackId;
        public uint Generation;
        public int ClassId;
        public SourceState SourceState;
        public uint Count;
        public Status Status;
        public uint Reserved;
    }

    /// <summary>16 characters, which Stats contains in place.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceName
    {
        private ulong first;
        private ulong second;

        public override string ToString()
        {
            var bytes = new byte[16];
            BitConverter.GetBytes(first).CopyTo(bytes, 0);
            BitConverter.GetBytes(second).CopyTo(bytes, 8);
            return Library.Text(bytes, 0, bytes.Length);
        }
    }

    /// <summary>RextrackStats: counters, rates, and latencies in milliseconds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stats
    {
        public uint StructSize;
        public SourceState SourceState;
        public ulong FramesIn;
        public ulong FramesProcessed;
        public ulong Dropped;
        public ulong Reconnects;
        public float FpsIn;
        public float FpsProc;
        public float CaptureMs;
        public float PreprocessMs;
        public float InferenceMs;
        public float PostprocessMs;
        public float TrackMs;
        public float EndToEndMs;
        public uint Waiting;
        public uint Reserved;
        public DeviceName RequestedDevice;
        public DeviceName Device;
    }

    /// <summary>RextrackLogLine: the text is separate.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LogLine
    {
        public uint StructSize;
        public LogLevel Level;
        public ulong Number;
        public long TimeNs;
        /// <summary>Lines before this one that the library no longer had.</summary>
        public ulong Dropped;
    }

    /// <summary>RextrackFrame: a picture of the host.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Frame
    {
        public uint StructSize;
        public PixelFormat Format;
        public uint Width;
        public uint Height;
        public IntPtr Data;
        public UIntPtr Stride;
        public long CaptureNs;
        public uint Flags;
        public uint Reserved;
    }

    internal static class Native
    {
#if (UNITY_IOS || UNITY_WEBGL) && !UNITY_EDITOR
        private const string Dll = "__Internal"; // Linked into the program.
#else
        private const string Dll = "rextrack";
#endif
        private const CallingConvention C = CallingConvention.Cdecl;

        [DllImport(Dll, CallingConvention = C)]
        internal static extern uint rextrack_abi_version();
        [DllImport(Dll, CallingConvention = C)]
        internal static extern IntPtr rextrack_version_string();
        [DllImport(Dll, CallingConvention = C)]
        internal static extern long rextrack_now_ns();
        [DllImport(Dll, CallingConvention = C)]
        internal static extern UIntPtr rextrack_last_error([In, Out] byte[] buffer, UIntPtr capacity);
        // Text goes in as UTF-8 with a closing NUL: see Library.Utf8.
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_create(uint abiVersion, byte[] config, out IntPtr handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_find(byte[] cameraId, out IntPtr handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_destroy(IntPtr handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_wake(IntPtr handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_wait(IntPtr handle, ulong afterSeq, uint timeoutMs);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_start(PipelineHandle handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_stop(PipelineHandle handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_reset_slots(PipelineHandle handle);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_poll(PipelineHandle handle, [In, Out] Slot[] slots,
            UIntPtr slotSize, UIntPtr capacity, ref Snapshot snapshot);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_poll_at(PipelineHandle handle, long tNs, [In, Out] Slot[] slots,
            UIntPtr slotSize, UIntPtr capacity, ref Snapshot snapshot);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_poll_events(PipelineHandle handle, [In, Out] Event[] events,
            UIntPtr eventSize, UIntPtr capacity, out UIntPtr count);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_push_frame(PipelineHandle handle, ref Frame frame);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_stats(PipelineHandle handle, ref Stats stats);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_sinks(PipelineHandle handle, [In, Out] byte[] sinks,
            UIntPtr sinkSize, UIntPtr capacity, out UIntPtr count);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_set_config(PipelineHandle handle, byte[] patch);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_get_config(PipelineHandle handle, [In, Out] byte[] buffer,
            UIntPtr capacity, out UIntPtr length);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_info(PipelineHandle handle, [In, Out] byte[] buffer,
            UIntPtr capacity, out UIntPtr length);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_problem(PipelineHandle handle, [In, Out] byte[] buffer,
            UIntPtr capacity, out UIntPtr length);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_class_name(PipelineHandle handle, int classId,
            [In, Out] byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_set_log(int level, IntPtr callback, IntPtr user);
        [DllImport(Dll, CallingConvention = C)]
        internal static extern Status rextrack_poll_log(ulong after, ref LogLine line,
            [In, Out] byte[] buffer, UIntPtr capacity, out UIntPtr length);
    }
}
