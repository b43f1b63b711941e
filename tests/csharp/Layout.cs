// Prints size and offsets of the structs in RextrackNative.cs, in the words of tests/c/layout.c.
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Rextrack;

internal static class Layout
{
    private static int Main()
    {
        var types = new[] { typeof(Slot), typeof(Snapshot), typeof(Event), typeof(Stats), typeof(LogLine), typeof(Frame) };
        foreach (Type type in types)
        {
            Console.WriteLine("Rextrack" + type.Name + " " + Marshal.SizeOf(type));
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
            {
                // FrameSeq is frame_seq.
                string name = Regex.Replace(field.Name, "(?<!^)([A-Z])", "_$1").ToLowerInvariant();
                Type held = field.FieldType.IsEnum ? Enum.GetUnderlyingType(field.FieldType) : field.FieldType;
                Console.WriteLine("  " + name + " " + Marshal.OffsetOf(type, field.Name) + " " + Marshal.SizeOf(held));
            }
            // Such arrays are passed without a copy, which IL2CPP needs too.
            GCHandle.Alloc(Array.CreateInstance(type, 1), GCHandleType.Pinned).Free();
        }
        // Sink is read from bytes.
        Func<string, int> constant = name =>
            (int)typeof(Sink).GetField(name, BindingFlags.Static | BindingFlags.NonPublic).GetRawConstantValue();
        Console.WriteLine("RextrackSink " + constant("Size"));
        Console.WriteLine("  state " + constant("StateAt") + " 4");
        Console.WriteLine("  sent " + constant("SentAt") + " 8");
        Console.WriteLine("  failed " + constant("FailedAt") + " 8");
        Console.WriteLine("  bytes " + constant("BytesAt") + " 8");
        Console.WriteLine("  dropped " + constant("DroppedAt") + " 8");
        Console.WriteLine("  name " + constant("NameAt") + " " + constant("NameSize"));
        Console.WriteLine("  problem " + constant("ProblemAt") + " " + constant("ProblemSize"));
        return 0;
    }
}
