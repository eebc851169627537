using System.Runtime.InteropServices;

namespace FastProxy.Client.Native;

/// <summary>posix_spawn(3): <c>Process</c> can give a child pipes, but not a socket of ours.</summary>
internal static unsafe partial class LibC
{
    /// <summary>POSIX_SPAWN_SETSID.</summary>
    public const short NewSession = 0x80;

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Spawn(out int process, string path, SpawnObject* actions, SpawnObject* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int InitializeActions(SpawnObject* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int AddDuplicate(SpawnObject* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static partial int DestroyActions(SpawnObject* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int InitializeAttributes(SpawnObject* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int SetFlags(SpawnObject* attributes, short flags);

    /// <summary>Room for posix_spawn_file_actions_t (80 bytes in glibc) or posix_spawnattr_t (336).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 512)]
    internal struct SpawnObject;
}
