// A Unity component: put it on an object, and set Stream in the inspector. Each frame it has
// the slots, predicted to the time at which the frame is shown.
using Rextrack;
using UnityEngine;

public sealed class RextrackCamera : MonoBehaviour
{
    public string Stream = "rtsp://USER:PASSWORD@CAMERA/PATH";
    public string Model = "yolox_nano";
    public string ModelsDir = "models";

    /// <summary>p1 is Slots[0]; SlotCount entries are valid.</summary>
    public readonly Slot[] Slots = new Slot[32];
    public int SlotCount { get; private set; }

    private static readonly LogReader Log = new LogReader();
    private readonly Rextrack.Event[] events = new Rextrack.Event[64];
    private Pipeline pipeline;

    private void Awake()
    {
        try
        {
            Library.SetLog(LogLevel.Info, quiet: true);
            pipeline = new Pipeline("{\"camera\": {\"stream\": " + Library.Quote(Stream) + "}," +
                " \"tracking\": {\"model\": " + Library.Quote(Model) + "}," +
                " \"service\": {\"models_dir\": " + Library.Quote(ModelsDir) + "}}");
            pipeline.Start();
        }
        catch (RextrackException error)
        {
            Debug.LogError("rextrack: " + error.Message);
            enabled = false;
        }
    }

    private void Update()
    {
        // A frame drawn now becomes visible about 16 ms later.
        Snapshot snapshot = pipeline.PollAt(Library.NowNs() + 16000000, Slots);
        SlotCount = (int)System.Math.Min(snapshot.SlotCount, (uint)Slots.Length);
        int count = pipeline.PollEvents(events);
        for (int i = 0; i < count; i++)
            if (events[i].Kind == EventKind.Problem && events[i].Status != Status.Ok)
                Debug.LogError("rextrack: " + pipeline.Problem());
        LogLine line;
        string message;
        while (Log.Read(out line, out message))
            if (line.Level <= LogLevel.Warning) Debug.LogWarning("rextrack: " + message);
    }

    // Also runs when the editor leaves play mode, before it reloads the scripts.
    private void OnDestroy()
    {
        if (pipeline != null) pipeline.Dispose();
    }
}
