using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using FastProxy.Cli.Carrying;
using FastProxy.Client;
using FastProxy.Client.Agent;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;

namespace FastProxy.Cli;

/// <summary><c>fastproxy connect HOST</c>: a session from the machine's bastion, without a helper process where ssh takes its descriptor.</summary>
internal static class ConnectCommand
{
    private const string Name = "connect";
    private const string DefaultAgent = "/run/fastproxy/bastion.sock";

    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "The application's host name." };
        var pass = new Option<bool>("--fdpass") { Description = "Hand the connected socket to ssh and exit (for ProxyUseFdpass yes)." };
        var agent = new Option<string?>("--agent") { Description = $"The bastion's unix socket, and no other way. Default: {DefaultAgent}, and where nobody listens there, what 'access ssh' does.", HelpName = "SOCKET" };
        var command = new Command(
            Name,
            "Reach an application through this machine's bastion; without one, as 'access ssh' does. Exits as 'access ssh' does when the session ends. With "
            + "--fdpass it is gone by then: a session that was cut ends like one that is over, which ssh tells apart by itself, and the bastion's log has the reason.") { host, pass, agent };
        command.SetAction((result, _) => RunAsync(result.GetValue(host)!, result.GetValue(pass), result.GetValue(agent)));
        return command;
    }

    /// <summary>
    /// Runs a plain command line without the command tree, whose making takes longer than everything else here. False where the command line
    /// is not plain, and the tree must say what it is.
    /// </summary>
    public static bool TryRun(ReadOnlySpan<string> args, [NotNullWhen(true)] out Task<int>? running)
    {
        running = null;
        if (args is not [Name, ..])
        {
            return false;
        }

        string? host = null;
        string? agent = null;
        var pass = false;
        for (var i = 1; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--fdpass":
                    pass = true;
                    break;
                case "--agent" when i + 1 < args.Length && !args[i + 1].StartsWith('-'):
                    agent = args[++i];
                    break;
                case { Length: > 0 } word when word[0] != '-' && host is null:
                    host = word;
                    break;
                default:
                    return false;
            }
        }

        running = host is null ? null : RunAsync(host, pass, agent);
        return running is not null;
    }

    private static Task<int> RunAsync(string host, bool pass, string? given)
    {
        if (host.AsSpan().ContainsAnyExceptInRange('!', '~') || host.Contains("://", StringComparison.Ordinal))
        {
            return Task.FromResult(new CommandError(ExitCode.Usage, Name, "HOST is no host name: write it alone, as in connect gitlab.example.com").Report());
        }

        var agent = given ?? DefaultAgent;
        var socket = AgentSocket.Connect(agent, out var absent, out var error);
        if (socket is null)
        {
            var why = $"no bastion at {agent}: {error}";
            return !absent ? Task.FromResult(new CommandError(ExitCode.Failed, Name, $"the bastion's socket {agent}: {error}").Report())
                : given is null ? WithoutAgentAsync(host, pass, why)
                : Task.FromResult(new CommandError(ExitCode.GatewayUnreachable, Name, why) { NextStep = "Is it running? Without --agent the gateway itself is asked where no bastion runs." }.Report());
        }

        using (socket)
        {
            if (socket.Ask(host, wantsOutcome: !pass) is not { } answer)
            {
                return Task.FromResult(new CommandError(ExitCode.SessionReset, Name, $"the bastion at {agent} went away without an answer").Report());
            }

            if (answer.Failure is { } failure)
            {
                return Task.FromResult(ReportRefusal(host, failure));
            }

            return pass ? Task.FromResult(Pass(socket.Descriptor)) : AgentSession.RunAsync(socket.Release(), socket.ReleaseOutcome(), host);
        }
    }

    private static int Pass(int descriptor) => DescriptorPassing.Pass(descriptor) is { } error
        ? new CommandError(ExitCode.Usage, Name, $"--fdpass: standard output takes no descriptor: {error}") { NextStep = "In ~/.ssh/config, write 'ProxyUseFdpass yes' beside the ProxyCommand, or leave --fdpass out." }.Report()
        : (int)ExitCode.Ok;

    private static int ReportRefusal(string host, ConnectFailure failure)
    {
        if (!AppUrl.TryParse(host, PlainHttp.Never, out var app, out var error))
        {
            return new CommandError(ExitCode.Usage, Name, error).Report();
        }

        return OutcomeText.Describe(new CarrierOutcome(failure, default, failure.Request), app.Authority)!.Report();
    }

    private static Task<int> WithoutAgentAsync(string host, bool pass, string why)
    {
        string[] access = ["access", "ssh", "--hostname", host, CarrierCommand.WithoutBastion, why];
        if (!pass)
        {
            CoreDumps.Disable();
            return CommandLine.RunAsync(access, CancellationToken.None);
        }

        var descriptor = DetachedRelay.Start(access, out var error);
        return Task.FromResult(descriptor < 0
            ? new CommandError(ExitCode.Failed, Name, $"the relay was not started: {error}").Report()
            : Pass(descriptor));
    }
}
