// Prints the live slots of a video or camera, one line per snapshot, and the events:
//
//     p1 entered
//     frame 120  p1 (0.42, 0.61)  p3 (0.70, 0.33) held
//
// The log goes to stderr. Ctrl-C ends the program. examples/README.md says how to build it.
using System;
using System.Globalization;
using System.Text;
using Rextrack;

internal static class Slots
{
    private const string Usage =
        "usage: slots STREAM [--model NAME] [--models-dir FOLDER] [--seconds N]\n" +
        "STREAM is rtsp://..., http://..., a video file or webcam:0";

    private static readonly LogReader Log = new LogReader();
    private static volatile bool stopping;

    private static int Main(string[] arguments)
    {
        string stream = null, model = "yolox_nano", models = "models";
        double seconds = double.PositiveInfinity;
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (!name.StartsWith("--") && stream == null)
            {
                stream = name;
                continue;
            }
            string value = ++i < arguments.Length ? arguments[i] : null;
            if (value != null && name == "--model") model = value;
            else if (value != null && name == "--models-dir") models = value;
            else if (value == null || name != "--seconds"
                || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds))
                return Failed("wrong argument " + name + "\n" + Usage, 2);
        }
        if (stream == null) return Failed("exactly one STREAM is needed\n" + Usage, 2);
        try
        {
            Run(stream, model, models, seconds);
            return 0;
        }
        catch (RextrackException error)
        {
            return Failed(error.Message, 1);
        }
    }

    private static int Failed(string message, int code)
    {
        Console.Error.WriteLine("slots: " + message);
        return code;
    }

    private static void Run(string stream, string model, string models, double seconds)
    {
        Library.SetLog(LogLevel.Info, quiet: true);
        string config = "{\"camera\": {\"stream\": " + Library.Quote(stream) + ", \"every_frame\": false}," +
            " \"tracking\": {\"model\": " + Library.Quote(model) + "}," +
            " \"service\": {\"models_dir\": " + Library.Quote(models) + "}}";
        using (var pipeline = new Pipeline(config))
        {
            ConsoleCancelEventHandler stop = (sender, e) =>
            {
                e.Cancel = true; // End through the `using` block.
                stopping = true;
                pipeline.Wake();
            };
            Console.CancelKeyPress += stop;
            try
            {
                pipeline.Start();
                Loop(pipeline, seconds);
            }
            finally
            {
                Console.CancelKeyPress -= stop;
                PrintEvents(pipeline);
                PrintLog();
            }
        }
    }

    private static void Loop(Pipeline pipeline, double seconds)
    {
        var slots = new Slot[256];
        long start = Library.NowNs();
        ulong seq = 0;
        while (!stopping && (Library.NowNs() - start) / 1e9 < seconds)
        {
            Status status = pipeline.Wait(seq, 100);
            PrintLog();
            PrintEvents(pipeline);
            // There is no new snapshot while the model loads or the camera is lost.
            if (status == Status.Timeout) continue;
            if (status != Status.Ok) return;
            Snapshot snapshot = pipeline.Poll(slots);
            seq = snapshot.Seq;
            // The first snapshots have no frame yet.
            if (snapshot.FrameSeq > 0) Print(snapshot, slots);
        }
    }

    private static void Print(Snapshot snapshot, Slot[] slots)
    {
        var line = new StringBuilder("frame " + snapshot.FrameSeq);
        for (int i = 0; i < snapshot.SlotCount && i < slots.Length; i++)
        {
            if (slots[i].State == SlotState.Empty) continue;
            line.AppendFormat(CultureInfo.InvariantCulture, "  p{0} ({1:F2}, {2:F2}){3}", i + 1, slots[i].X,
                slots[i].Y, slots[i].State == SlotState.Held ? " held" : "");
        }
        Console.WriteLine(line);
    }

    private static void PrintEvents(Pipeline pipeline)
    {
        var events = new Event[64];
        int count;
        do
        {
            count = pipeline.PollEvents(events);
            for (int i = 0; i < count; i++)
            {
                Event e = events[i];
                if (e.Kind >= EventKind.Entered && e.Kind <= EventKind.Left)
                    Console.WriteLine("p" + (e.Slot + 1) + " " + e.Kind.ToString().ToLowerInvariant());
                else if (e.Kind == EventKind.Source)
                    Console.WriteLine("source " + e.SourceState.ToString().ToLowerInvariant());
                else if (e.Kind == EventKind.Problem && e.Status == Status.Ok)
                    Console.WriteLine("problem solved");
                else if (e.Kind == EventKind.Problem || e.Kind == EventKind.ChangeRefused)
                    Console.WriteLine(e.Kind + ": " + pipeline.Problem());
                else
                    Console.WriteLine(e.Kind.ToString().ToLowerInvariant());
            }
        } while (count == events.Length);
    }

    private static void PrintLog()
    {
        LogLine line;
        string message;
        while (Log.Read(out line, out message))
            Console.Error.WriteLine("[" + line.Level.ToString().ToLowerInvariant() + "] " + message);
    }
}
