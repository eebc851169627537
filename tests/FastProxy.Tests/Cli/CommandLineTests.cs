namespace FastProxy.Tests.Cli;

/// <summary>Mistakes of the command line: the word that is wrong, on one line, and exit code 2.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class CommandLineTests
{
    private const string Secret = "5ec12e75ec12e75ec12e75ec12e75ec12e75ec12e75ec12e75ec12e75ec12e70";

    [Theory]
    [InlineData("fastproxy: access: there is no command 'sh', did you mean 'ssh'?", "access", "sh", "--hostname", "h.example.com")]
    [InlineData("fastproxy: app: there is no such command; there are: create, list, show, update, delete", "app", "nonsense", "--help")]
    [InlineData("fastproxy: token: a command is missing; there are: create, list, show, rotate, refresh, disable, enable, revoke", "token")]
    [InlineData("fastproxy: token create: NAME is missing: a name no other token has", "token", "create")]
    [InlineData("fastproxy: token create: a word too many: it takes NAME, options and nothing else", "token", "create", "a", "b")]
    [InlineData("fastproxy: token list: there is no option -x", "token", "list", "-x")]
    [InlineData("fastproxy: apply: --file is given more than once", "apply", "-f", "a", "--file", "b")]
    [InlineData("fastproxy: token list: there is no option --jsn, did you mean --json?", "token", "list", "--jsn")]
    [InlineData("fastproxy: group create: --include RULE is missing: any of these is enough", "group", "create", "g")]
    [InlineData("fastproxy: group create: --include is given without RULE: any of these is enough", "group", "create", "g", "--include")]
    [InlineData("fastproxy: policy add: NAME is missing: a name no other policy of the application has", "policy", "add", "git")]
    [InlineData("fastproxy: policy add: --action allow|block|bypass|service-auth is missing: what a match does", "policy", "add", "git", "p", "--include", "everyone")]
    [InlineData("fastproxy: policy add: --action is allow, block, bypass or service-auth, and not 'service_auth'", "policy", "add", "git", "p", "--include", "everyone", "--action", "service_auth")]
    [InlineData("fastproxy: apply: --file FILE is missing: what shall hold: groups, policies, applications; - for standard input", "apply", "access.yaml")]
    [InlineData("fastproxy: api-token create: --scope is read or write, and not 'admin'", "api-token", "create", "x", "--scope", "admin")]
    [InlineData("fastproxy: bastion: --config FILE is missing: the configuration", "bastion", "--check")]
    [InlineData("fastproxy: connect: HOST is missing: the application's host name", "connect")]
    [InlineData("fastproxy: connect: HOST is no host name: write it alone, as in connect gitlab.example.com", "connect", "ssh://h")]
    [InlineData("fastproxy: token create: --client-id is 32 lower-case hex digits and .access, as where the token comes from", "token", "create", "t", "--client-id", "abc", "--client-secret-file", "-")]
    [InlineData("fastproxy: token rotate: --keep-old 0s keeps nothing: without it the old secret stops now", "token", "rotate", "t", "--keep-old", "0s")]
    [InlineData("fastproxy: app update: nothing is said to change: give one of --name, --domain, --origin, --allow-destination, --session-duration", "app", "update", "a")]
    [InlineData("fastproxy: group update: nothing is said to change: give one of --name, --include, --require, --exclude", "group", "update", "g")]
    [InlineData("fastproxy: policy update: nothing is said to change: give one of --name, --action, --include, --require, --exclude", "policy", "update", "a", "p")]
    [InlineData("fastproxy: apply: the API's address (--api, FASTPROXY_API) is neither unix:PATH nor https://HOST[:PORT] (http:// on this machine)", "apply", "-f", "x", "--api", "127.0.0.1:9443")]
    [InlineData("fastproxy: nowhere.yaml:1:1: cannot be read: there is no such file", "bastion", "--check", "--config", "nowhere.yaml")]
    [InlineData("fastproxy: .:1:1: cannot be read: it is a directory", "bastion", "--check", "--config", ".")]
    [InlineData("fastproxy: usage: there is no command 'tokn', did you mean 'token'?", "help", "tokn")]
    [InlineData("fastproxy: usage: there is no option --frobnicate", "--frobnicate")]
    [InlineData("fastproxy: token list: there is no option --frobnicate", "token", "list", "--frobnicate")]
    [InlineData("fastproxy: policy move: PLACE is a whole number", "policy", "move", "git", "p", "x")]
    [InlineData("fastproxy: access tcp: --secret-fd is a whole number", "access", "tcp", "--hostname", "h", "--secret-fd", "three")]
    [InlineData("fastproxy: token list: a word too many: it takes options and nothing else", "token", "list", "x")]
    [InlineData("fastproxy: token list: a word too many: it takes options and nothing else", "token", "list", "--json=x")]
    [InlineData("fastproxy: token list: there is no option -secret", "token", "list", "-secret=x")]
    [InlineData("fastproxy: token list: there is no such option", "token", "list", "-5ec12e7")]
    [InlineData("fastproxy: token list: --client-key has no effect with a unix socket: it is for an https:// API", "token", "list", "--api", "unix:/nowhere", "--client-key", "f")]
    [InlineData("fastproxy: token list: --client-certificate has no effect with http://: it is for an https:// API", "token", "list", "--api", "http://127.0.0.1:1", "--client-certificate", "f", "--client-key", "f")]
    [InlineData("fastproxy: access tcp: --log-level is debug, info, warn, error or fatal", "access", "tcp", "--hostname", "h", "--log-level", "foo")]
    public async Task A_mistake_is_named(string line, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(line, error.Split('\n')[0]);
    }

    [Theory]
    [InlineData("access", "tcp", "--hostname", "h", "--id", "i", "127.0.0.1:0", Secret)]
    [InlineData("access", "tcp", "--hostname", "h", "--id", "i", Secret)]
    [InlineData("access", "tcp", "--hostname", "h", Secret)]
    [InlineData("access", "tcp", "--hostname", "h", "udp://" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--service-token-secert=" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "-secret=" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "-secret:" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "-s" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--stock=" + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--id", "i", "--secret-fd", Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--id", "i", "--secret-file", Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--id-file", Secret, "--secret-file", "f")]
    [InlineData("access", "ssh", "--hostname", "h", "--token-file", Secret + Secret + Secret + Secret + Secret)]
    [InlineData("access", "ssh", "--hostname", "h", "--connect-to", "a b" + Secret)]
    [InlineData("access", Secret)]
    [InlineData("token", Secret)]
    [InlineData("token", "create", "t", Secret)]
    [InlineData("token", "create", "t", "--duration", Secret)]
    [InlineData("token", "create", "t", "--client-id", Secret, "--client-secret-file", "-")]
    [InlineData("token", "create", "t", "--client-id", "0123456789abcdef0123456789abcdef.access", "--client-secret-file", Secret)]
    [InlineData("token", "list", "--api", Secret)]
    [InlineData("health", Secret)]
    public async Task A_secret_in_the_wrong_place_is_not_shown(params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync(args);
        Assert.InRange(code, 1, 2);
        Assert.Matches("(^|\n)fastproxy: ", error);
        Assert.DoesNotContain(Secret, output + error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Create a token and show its secret, once.", "help", "token", "create")]
    [InlineData("Create a token and show its secret, once.", "token", "create", "--help")]
    [InlineData("quickstart", "help")]
    public async Task Help_is_had_in_either_order(string expected, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync(args);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }
}
