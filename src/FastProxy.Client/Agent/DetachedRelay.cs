using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using FastProxy.Client.Native;

namespace FastProxy.Client.Agent;

/// <summary>
/// This program started again in a session of its own, with one end of a socket pair as its standard input and output: what stands in for
/// a bastion where none runs. Its standard error stays ours, so that it can say why a session is refused.
/// </summary>
public static unsafe class DetachedRelay
{
    /// <summary>Starts it. The other end of the pair, the caller's to close; -1, with the reason, where it did not start.</summary>
    /// <param name="arguments">Its command line, without the program's name.</param>
    /// <param name="error">Why it did not start; empty where it did.</param>
    public static int Start(IReadOnlyList<string> arguments, out string error)
    {
        var pair = stackalloc int[2];
        if (LibC.OpenSocketPair(LibC.UnixFamily, LibC.StreamSocket | LibC.CloseOnExec, 0, pair) != 0)
        {
            error = Marshal.GetLastPInvokeErrorMessage();
            return -1;
        }

        var result = Spawn(pair[0], ["fastproxy", .. arguments]);
        _ = LibC.Close(pair[0]);
        if (result == 0)
        {
            error = "";
            return pair[1];
        }

        _ = LibC.Close(pair[1]);
        error = Marshal.GetPInvokeErrorMessage(result);
        return -1;
    }

    private static int Spawn(int descriptor, string[] arguments)
    {
        var actions = default(LibC.SpawnObject);
        var attributes = default(LibC.SpawnObject);
        _ = LibC.InitializeActions(&actions);
        _ = LibC.AddDuplicate(&actions, descriptor, 0);
        _ = LibC.AddDuplicate(&actions, descriptor, 1);
        _ = LibC.InitializeAttributes(&attributes);

        // Away from the terminal, whose hang-up is ssh's business.
        _ = LibC.SetFlags(&attributes, LibC.NewSession);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}").ToArray();
        var argv = Allocate(arguments);
        var envp = Allocate(environment);
        try
        {
            return LibC.Spawn(out _, "/proc/self/exe", &actions, &attributes, argv, envp);
        }
        finally
        {
            Free(argv);
            Free(envp);
            _ = LibC.DestroyActions(&actions);
        }
    }

    /// <summary>A zero-terminated array of zero-terminated strings.</summary>
    private static byte** Allocate(string[] texts)
    {
        var array = (byte**)NativeMemory.Alloc((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
        {
            var length = Encoding.UTF8.GetByteCount(texts[i]);
            array[i] = (byte*)NativeMemory.Alloc((nuint)(length + 1));
            Encoding.UTF8.GetBytes(texts[i], new Span<byte>(array[i], length));
            array[i][length] = 0;
        }

        array[texts.Length] = null;
        return array;
    }

    private static void Free(byte** array)
    {
        for (var item = array; *item is not null; item++)
        {
            NativeMemory.Free(*item);
        }

        NativeMemory.Free(array);
    }
}
