// Drives the Unity component as the engine does: Awake, Update once a frame, OnDestroy. Prints
// how many frames had an owner in p1 until the film ended.
using System;
using System.Reflection;
using System.Threading;
using Rextrack;

internal static class Unity
{
    private static void Send(object target, string message)
    {
        const BindingFlags flags = BindingFlags.Instance | BindingFlags.NonPublic;
        target.GetType().GetMethod(message, flags).Invoke(target, null);
    }

    private static int Main(string[] arguments)
    {
        var camera = new RextrackCamera { Stream = arguments[0], Model = arguments[1] };
        Send(camera, "Awake");
        if (!camera.enabled) return 1;
        int tracked = 0;
        for (int frame = 0; frame < 3600 && tracked < 5; frame++)
        {
            Send(camera, "Update");
            if (camera.SlotCount > 0 && camera.Slots[0].State == SlotState.Active && camera.Slots[0].W > 0)
                tracked++;
            Thread.Sleep(16);
        }
        Send(camera, "OnDestroy");
        Console.WriteLine("tracked " + tracked);
        return 0;
    }
}
