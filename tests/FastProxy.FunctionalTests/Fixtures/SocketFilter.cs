using System.Runtime.InteropServices;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Takes address families away from a program, as <c>RestrictAddressFamilies=</c> of systemd.exec(5) does: by a seccomp(2) filter.</summary>
internal static partial class SocketFilter
{
    /// <summary>AF_NETLINK, the kernel's routing socket among others.</summary>
    public const string Netlink = "AF_NETLINK";

    private const int NoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const nuint FilterMode = 2;
    private const int Allow = 0x7fff0000;

    // SECCOMP_RET_ERRNO with EAFNOSUPPORT.
    private const int Refuse = 0x00050000 | 97;

    // linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort Return = 0x06;

    /// <summary>Runs something, such as the start of a program, on a thread that gets sockets of these families only; so does what it starts.</summary>
    public static T Only<T>(IReadOnlyCollection<string> families, Func<T> make)
    {
        T made = default!;
        Exception? failure = null;

        // The filter is the thread's own and ends with it.
        var thread = new Thread(() =>
        {
            try
            {
                Install(families);
                made = make();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made : throw new InvalidOperationException(failure.Message, failure);
    }

    private static unsafe void Install(IReadOnlyCollection<string> families)
    {
        // struct seccomp_data: the call's number at 0, its first argument (the family) at 16.
        var socketCall = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 198 : 41;
        var filter = new List<Instruction> { new(Load, 0, 0, 0), new(JumpIfEqual, 0, (byte)(families.Count + 2), socketCall), new(Load, 0, 0, 16) };
        filter.AddRange(families.Select((family, i) => new Instruction(JumpIfEqual, (byte)(families.Count - i), 0, Number(family))));
        filter.Add(new(Return, 0, 0, Refuse));
        filter.Add(new(Return, 0, 0, Allow));
        fixed (Instruction* first = filter.ToArray())
        {
            var program = new FilterProgram { Length = (ushort)filter.Count, First = first };
            if (prctl(NoNewPrivileges, 1, null, 0, 0) != 0 || prctl(SetSeccomp, FilterMode, &program, 0, 0) != 0)
            {
                throw new InvalidOperationException($"seccomp: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    private static int Number(string family) => family switch
    {
        "AF_UNIX" => 1,
        "AF_INET" => 2,
        "AF_INET6" => 10,
        Netlink => 16,
        _ => throw new ArgumentException($"no such address family is known here: {family}", nameof(family)),
    };

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int prctl(int option, nuint argument, void* pointer, nuint fourth, nuint fifth);

    /// <summary>struct sock_filter: how many instructions to skip where the value is equal, and where it is not.</summary>
    private readonly record struct Instruction(ushort Code, byte Equal, byte NotEqual, int Value);

    /// <summary>struct sock_fprog.</summary>
    private unsafe struct FilterProgram
    {
        public ushort Length;
        public Instruction* First;
    }
}
