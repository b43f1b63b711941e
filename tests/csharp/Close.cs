// Dispose ends the waits of other threads, and a closed pipeline refuses calls.
using System;
using System.Collections.Generic;
using System.Threading;
using Rextrack;

internal static class Close
{
    private static int Main()
    {
        var pipeline = new Pipeline("{\"camera\": {\"stream\": \"push:\"}, \"tracking\": {\"model\": \"builtin:motion\"}}");
        pipeline.Start();
        var statuses = new List<Status>();
        var threads = new List<Thread>();
        for (int i = 0; i < 4; i++)
        {
            var thread = new Thread(() =>
            {
                // No snapshot is newer, so only Dispose ends it before ten minutes.
                Status status = pipeline.Wait(ulong.MaxValue, 600000);
                lock (statuses) statuses.Add(status);
            });
            thread.Start();
            threads.Add(thread);
        }
        pipeline.Dispose();
        pipeline.Dispose();
        foreach (Thread thread in threads) thread.Join();
        foreach (Status status in statuses)
            if (status != Status.Closed && status != Status.Woken) throw new Exception("wait gave " + status);
        try
        {
            pipeline.Poll(new Slot[1]);
            throw new Exception("a closed pipeline was polled");
        }
        catch (ObjectDisposedException)
        {
        }
        Console.WriteLine("closed");
        return 0;
    }
}
