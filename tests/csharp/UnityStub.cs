// The parts of Unity that examples/csharp/RextrackCamera.cs uses, so that a test can compile and
// drive it without Unity.
namespace UnityEngine
{
    public class MonoBehaviour
    {
        public bool enabled = true;
    }

    public static class Debug
    {
        public static void LogError(string message) { System.Console.WriteLine("error: " + message); }

        public static void LogWarning(string message) { System.Console.WriteLine("warning: " + message); }
    }
}
