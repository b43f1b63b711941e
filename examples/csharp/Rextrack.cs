// rextrack for C#: one camera, tracked, as stable slots p1..pN.
//
//     using (var pipeline = new Pipeline("{\"camera\": {\"stream\": \"rtsp://...\"}}"))
//     {
//         var slots = new Slot[10];
//         pipeline.Start();
//         Snapshot snapshot = pipeline.Poll(slots); // once a frame, never waits
//     }
//
// Copy this file and RextrackNative.cs into your project: .NET, Mono or Unity, C# 7.3. The
// runtime must find the library rextrack.dll, librextrack.so or librextrack.dylib.
//
// Any thread may call any method, several at the same time. Dispose may run while other
// threads are inside a call: it ends their waits, and the last one to leave frees the
// pipeline. The log is polled (LogReader): a callback of the library's threads could outlive
// Unity's script domain.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Rextrack
{
    /// <summary>An error of the library. The message says what is wrong, and the remedy.</summary>
    public sealed class RextrackException : Exception
    {
        public Status Status { get; }

        public RextrackException(Status status, string message) : base(message)
        {
            Status = status;
        }
    }

    /// <summary>An output of the pipeline, such as OSC.</summary>
    public struct Sink
    {
        /// <summary>Size and fields of RextrackSink in bytes.</summary>
        internal const int Size = 424, StateAt = 0, SentAt = 8, FailedAt = 16, BytesAt = 24, DroppedAt = 32;
        internal const int NameAt = 40, NameSize = 128, ProblemAt = 168, ProblemSize = 256;

        public SinkState State;
        public ulong Sent;
        public ulong Failed;
        public ulong Bytes;
        public ulong Dropped;
        public string Name;
        public string Problem;
    }

    /// <summary>What belongs to no pipeline.</summary>
    public static class Library
    {
        /// <summary>The version of the ABI that these files were written for.</summary>
        public const uint AbiMajor = 1, AbiMinor = 0;
        private const int Quiet = 0x100;
        internal const uint AbiVersion = AbiMajor << 16 | AbiMinor;

        /// <summary>The version of the library, such as "0.1.0".</summary>
        public static string Version
        {
            get
            {
                RequireVersion();
                return Text(Native.rextrack_version_string());
            }
        }

        /// <summary>The current time on the clock of all times: monotonic, with an arbitrary start.</summary>
        public static long NowNs()
        {
            RequireVersion();
            return Native.rextrack_now_ns();
        }

        /// <summary>Sets the level of the log for the whole process. quiet: the log is only polled,
        /// and nothing is written to stderr.</summary>
        public static void SetLog(LogLevel level, bool quiet)
        {
            RequireVersion();
            Check(Native.rextrack_set_log((int)level | (quiet ? Quiet : 0), IntPtr.Zero, IntPtr.Zero));
        }

        /// <summary>Text as JSON, in quotation marks, for a configuration: Windows paths contain backslashes.</summary>
        public static string Quote(string text)
        {
            var quoted = new StringBuilder("\"");
            foreach (char letter in text)
            {
                if (letter == '"' || letter == '\\') quoted.Append('\\').Append(letter);
                else if (letter < ' ') quoted.Append("\\u").Append(((int)letter).ToString("x4"));
                else quoted.Append(letter);
            }
            return quoted.Append('"').ToString();
        }

        /// <summary>Throws unless the library is there and has a version that fits.</summary>
        internal static void RequireVersion()
        {
            uint found;
            try
            {
                found = Native.rextrack_abi_version();
            }
            catch (DllNotFoundException)
            {
                throw new RextrackException(Status.NotFound,
                    "no rextrack library can be loaded; build it with `cargo build --release`, and put it " +
                    "beside the program, into Unity's Assets/Plugins, or on the system's library path");
            }
            catch (EntryPointNotFoundException)
            {
                throw new RextrackException(Status.Abi,
                    "the library that was loaded as rextrack is another one; remove it from the library path");
            }
            uint major = found >> 16, minor = found & 0xffff;
            if (major == AbiMajor && minor >= AbiMinor) return;
            throw new RextrackException(Status.Abi,
                "the rextrack library has version " + major + "." + minor + " of the ABI, and Rextrack.cs needs " +
                AbiMajor + "." + AbiMinor + " or a newer " + AbiMajor + ".x; use the library and the Rextrack.cs " +
                "of the same release");
        }

        /// <summary>Throws the message of this thread's latest error.</summary>
        internal static void Check(Status status)
        {
            if (status >= Status.Ok) return;
            var buffer = new byte[4096];
            Native.rextrack_last_error(buffer, (UIntPtr)buffer.Length);
            throw new RextrackException(status, Text(buffer, 0, buffer.Length));
        }

        internal delegate Status Fill(byte[] buffer, UIntPtr capacity, out UIntPtr length);

        /// <summary>The text of a function that fills a buffer. Repeats while the text grows.</summary>
        internal static string Text(Fill fill)
        {
            var buffer = new byte[1024];
            while (true)
            {
                UIntPtr length;
                Status status = fill(buffer, (UIntPtr)buffer.Length, out length);
                if (status != Status.BufferTooSmall)
                {
                    Check(status);
                    return Encoding.UTF8.GetString(buffer, 0, (int)length);
                }
                buffer = new byte[(int)length + 1];
            }
        }

        /// <summary>Text up to a NUL.</summary>
        internal static string Text(byte[] bytes, int start, int size)
        {
            int end = Array.IndexOf(bytes, (byte)0, start, size);
            return Encoding.UTF8.GetString(bytes, start, (end < 0 ? start + size : end) - start);
        }

        private static string Text(IntPtr text)
        {
            var bytes = new List<byte>();
            for (byte b; (b = Marshal.ReadByte(text, bytes.Count)) != 0;) bytes.Add(b);
            return Encoding.UTF8.GetString(bytes.ToArray());
        }

        internal static byte[] Utf8(string text)
        {
            if (text == null) throw new ArgumentNullException("text");
            if (text.IndexOf('\0') >= 0)
                throw new ArgumentException("the text contains a NUL character; remove it");
            return Encoding.UTF8.GetBytes(text + "\0");
        }
    }

    /// <summary>Reads the log of the process, which has no passwords. The library keeps 1024 lines.</summary>
    public sealed class LogReader
    {
        private ulong after;

        /// <summary>The next line. False if there is none. Never waits.</summary>
        public bool Read(out LogLine line, out string message)
        {
            Library.RequireVersion();
            var entry = new LogLine { StructSize = (uint)Marshal.SizeOf<LogLine>() };
            message = Library.Text((byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                Native.rextrack_poll_log(after, ref entry, buffer, capacity, out length));
            line = entry;
            if (entry.Number == 0) return false;
            after = entry.Number;
            return true;
        }
    }

    /// <summary>Counts the calls that use a handle: the last one to end frees it.</summary>
    internal sealed class PipelineHandle : SafeHandle
    {
        internal PipelineHandle(IntPtr raw) : base(IntPtr.Zero, true)
        {
            SetHandle(raw);
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        protected override bool ReleaseHandle()
        {
            return Native.rextrack_destroy(handle) == Status.Ok;
        }
    }

    /// <summary>The pipeline of one camera. After Dispose, methods throw ObjectDisposedException.</summary>
    public sealed class Pipeline : IDisposable
    {
        private static readonly UIntPtr SlotSize = (UIntPtr)Marshal.SizeOf<Slot>();
        private static readonly UIntPtr EventSize = (UIntPtr)Marshal.SizeOf<Event>();
        private static readonly uint SnapshotSize = (uint)Marshal.SizeOf<Snapshot>();
        private readonly PipelineHandle handle;
        private volatile bool closing;

        /// <summary>config: JSON with the keys of the configuration file for one camera
        /// (docs/ref/config.md). Only camera.stream is required. Checks the configuration.</summary>
        public Pipeline(string config)
        {
            Library.RequireVersion();
            IntPtr raw;
            Library.Check(Native.rextrack_create(Library.AbiVersion, Library.Utf8(config), out raw));
            handle = new PipelineHandle(raw);
        }

        private Pipeline(IntPtr raw)
        {
            handle = new PipelineHandle(raw);
        }

        /// <summary>A pipeline that another part of this process created, by its camera.id. This is a
        /// handle of its own: it has its own events, and needs its own Dispose.</summary>
        public static Pipeline Find(string cameraId)
        {
            Library.RequireVersion();
            IntPtr raw;
            Library.Check(Native.rextrack_find(Library.Utf8(cameraId), out raw));
            return new Pipeline(raw);
        }

        /// <summary>Starts the threads, which open the stream and load the model. Returns immediately.</summary>
        public void Start()
        {
            Library.Check(Native.rextrack_start(handle));
        }

        /// <summary>Stops the threads within a second. Start continues.</summary>
        public void Stop()
        {
            Library.Check(Native.rextrack_stop(handle));
        }

        /// <summary>Ends all waits, and frees the pipeline within two seconds. You may call it twice.</summary>
        public void Dispose()
        {
            closing = true;
            WithHandle(raw => Native.rextrack_wake(raw), Status.Closed);
            handle.Dispose();
        }

        /// <summary>Empties all slots and assigns them again, from p1 on.</summary>
        public void ResetSlots()
        {
            Library.Check(Native.rextrack_reset_slots(handle));
        }

        /// <summary>Copies the newest snapshot; p1 is slots[0]. Never waits, allocates nothing: call it
        /// once a frame. Entries beyond SlotCount stay unchanged.</summary>
        public Snapshot Poll(Slot[] slots)
        {
            var snapshot = new Snapshot { StructSize = SnapshotSize };
            Library.Check(Native.rextrack_poll(handle, slots, SlotSize, (UIntPtr)slots.Length, ref snapshot));
            return snapshot;
        }

        /// <summary>As Poll, with each slot predicted to the time tNs of Library.NowNs: pass the time at
        /// which the picture is shown.</summary>
        public Snapshot PollAt(long tNs, Slot[] slots)
        {
            var snapshot = new Snapshot { StructSize = SnapshotSize };
            Library.Check(Native.rextrack_poll_at(handle, tNs, slots, SlotSize, (UIntPtr)slots.Length, ref snapshot));
            return snapshot;
        }

        /// <summary>Waits for a snapshot newer than afterSeq. Returns Ok if there is one, or Timeout,
        /// Ended (the file has ended), Stopped, NotRunning, Closed or Woken. Throws if the pipeline
        /// cannot go on. Not for Unity's main thread.</summary>
        public Status Wait(ulong afterSeq, uint timeoutMs)
        {
            Status status = WithHandle(raw =>
            {
                Status result = Native.rextrack_wait(raw, afterSeq, timeoutMs);
                // Dispose may have woken only one of several waits. Each wakes the next.
                if (closing) Native.rextrack_wake(raw);
                return result;
            }, Status.Closed);
            switch (status)
            {
                case Status.Timeout:
                case Status.Ended:
                case Status.Stopped:
                case Status.NotRunning:
                case Status.Closed:
                case Status.Woken:
                    return status;
            }
            Library.Check(status);
            return status;
        }

        /// <summary>Ends the waits that run, or else the next one.</summary>
        public void Wake()
        {
            WithHandle(raw => Native.rextrack_wake(raw), Status.Closed);
        }

        /// <summary>Writes the events since the previous call, oldest first, and returns their number. If
        /// the array is full, call again.</summary>
        public int PollEvents(Event[] events)
        {
            UIntPtr count;
            Library.Check(Native.rextrack_poll_events(handle, events, EventSize, (UIntPtr)events.Length, out count));
            return (int)count;
        }

        /// <summary>Why the pipeline cannot go on, or why it refused a change; empty if there is no problem.</summary>
        public string Problem()
        {
            return Library.Text((byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                Native.rextrack_problem(handle, buffer, capacity, out length));
        }

        /// <summary>The name of a class of the model, or null for none.</summary>
        public string ClassName(int classId)
        {
            try
            {
                return Library.Text((byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                    Native.rextrack_class_name(handle, classId, buffer, capacity, out length));
            }
            catch (RextrackException error) when (error.Status == Status.NotFound)
            {
                return null;
            }
        }

        public Stats Stats()
        {
            var stats = new Stats { StructSize = (uint)Marshal.SizeOf<Stats>() };
            Library.Check(Native.rextrack_stats(handle, ref stats));
            return stats;
        }

        /// <summary>The outputs of the pipeline.</summary>
        public List<Sink> Sinks()
        {
            const int most = 64;
            var bytes = new byte[most * Sink.Size];
            UIntPtr count;
            Library.Check(Native.rextrack_sinks(handle, bytes, (UIntPtr)Sink.Size, (UIntPtr)most, out count));
            var sinks = new List<Sink>();
            for (int at = 0; sinks.Count < Math.Min((int)count, most); at += Sink.Size)
            {
                sinks.Add(new Sink
                {
                    State = (SinkState)BitConverter.ToUInt32(bytes, at + Sink.StateAt),
                    Sent = BitConverter.ToUInt64(bytes, at + Sink.SentAt),
                    Failed = BitConverter.ToUInt64(bytes, at + Sink.FailedAt),
                    Bytes = BitConverter.ToUInt64(bytes, at + Sink.BytesAt),
                    Dropped = BitConverter.ToUInt64(bytes, at + Sink.DroppedAt),
                    Name = Library.Text(bytes, at + Sink.NameAt, Sink.NameSize),
                    Problem = Library.Text(bytes, at + Sink.ProblemAt, Sink.ProblemSize)
                });
            }
            return sinks;
        }

        /// <summary>Versions, model, licence and device, as JSON.</summary>
        public string Info()
        {
            return Library.Text((byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                Native.rextrack_info(handle, buffer, capacity, out length));
        }

        /// <summary>The current configuration as JSON, without passwords.</summary>
        public string Config()
        {
            return Library.Text((byte[] buffer, UIntPtr capacity, out UIntPtr length) =>
                Native.rextrack_get_config(handle, buffer, capacity, out length));
        }

        /// <summary>Changes the configuration with a JSON merge patch (RFC 7396), completely or not at all.</summary>
        public void SetConfig(string patch)
        {
            Library.Check(Native.rextrack_set_config(handle, Library.Utf8(patch)));
        }

        /// <summary>Passes a picture to a pipeline whose camera.stream is "push:", and copies it. Rows have
        /// no gaps. flipped: the first row is the bottom row, as in Unity's textures.</summary>
        public void PushFrame(byte[] pixels, int width, int height, PixelFormat format, bool flipped)
        {
            int channels = format == PixelFormat.Gray8 ? 1
                : format == PixelFormat.Rgb8 || format == PixelFormat.Bgr8 ? 3 : 4;
            long needed = (long)width * height * channels;
            if (width < 1 || height < 1 || pixels.LongLength < needed)
                throw new ArgumentException(width + "x" + height + " " + format + " needs " + needed +
                    " bytes, and there are " + pixels.LongLength + "; pass the whole picture");
            GCHandle pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
            try
            {
                var frame = new Frame
                {
                    StructSize = (uint)Marshal.SizeOf<Frame>(), Format = format, Width = (uint)width,
                    Height = (uint)height, Data = pinned.AddrOfPinnedObject(), Flags = flipped ? 1u : 0u
                };
                Library.Check(Native.rextrack_push_frame(handle, ref frame));
            }
            finally
            {
                pinned.Free();
            }
        }

        /// <summary>A call that must also work while Dispose runs. closed: the result after it.</summary>
        private Status WithHandle(Func<IntPtr, Status> call, Status closed)
        {
            bool added = false;
            try
            {
                handle.DangerousAddRef(ref added);
                return call(handle.DangerousGetHandle());
            }
            catch (ObjectDisposedException)
            {
                return closed;
            }
            finally
            {
                if (added) handle.DangerousRelease();
            }
        }
    }
}
