using System.Text.RegularExpressions;
using FastProxy.Cli.DropIn;
using FastProxy.Client.Bastion;
using FastProxy.Configuration;
using FastProxy.Gateway;

namespace FastProxy.Tests.Configuration;

/// <summary>Holds <c>docs/configuration.md</c> to what the readers of the files know and do.</summary>
public sealed class ConfigurationReferenceTests : IClassFixture<CertificateFixture>
{
    private const string GatewayFileName = "gateway.yaml";
    private const string BastionFileName = "bastion.yaml";
    private const string CredentialsFileName = "credentials.yaml";

    private const string Token = "{ id_file: ci-id, secret_file: ci-secret }";

    /// <summary>A file in which every key that has a default can be written, at the place that has its section's or its own name.</summary>
    private static readonly Dictionary<string, string> s_files = new()
    {
        [GatewayFileName] =
            """
            <>
            listen: [{ address: 127.0.0.1:8080, tls: off, <listen> }]
            admin: { address: 127.0.0.1:9443, <admin> }
            limits: { <limits> }
            """,
        [BastionFileName] =
            $$"""
            <>
            pool: { <pool> }
            listeners:
              - { listen: 127.0.0.1:2222, hostname: h.example.com, token: {{Token}}, <listeners> }
              - { listen: "unix:/run/x.sock", allow: [{ uid: 1000, hostnames: [h.example.com], token: {{Token}} }], <listeners.mode> }
            """,
    };

    /// <summary>Maps whose keys are documented once, at another place.</summary>
    private static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["admin.tls."] = "listen.tls.",
        ["listeners.token."] = "tokens.NAME.",
        ["listeners.allow.token."] = "tokens.NAME.",
    };

    private readonly string _document = Documents.Read("configuration.md");
    private readonly string _directory;

    public ConfigurationReferenceTests(CertificateFixture files)
    {
        _directory = files.Directory;
        foreach (var (from, to) in new[] { ("tls.pem", "ca.pem"), ("tls.pem", "other.pem"), ("tls.key", "other.key") })
        {
            File.Copy(Path.Combine(_directory, from), Path.Combine(_directory, to), overwrite: true);
        }

        Write("ci-id", "0123456789abcdef0123456789abcdef.access\n");
        Write("ci-secret", "the-secret\n");
        Write("passwd", "ci:x:1000:1000::/:/bin/sh\n");
        Write("group", "engineers:x:2000:\n");
    }

    [Theory]
    [InlineData(GatewayFileName, "limits.drain")]
    [InlineData(BastionFileName, "listeners.allow.token")]
    [InlineData(CredentialsFileName, "hosts.NAME.secret")]
    public void Every_key_that_is_read_is_documented_and_no_other(string file, string example)
    {
        var read = new ReaderKeys(text => Errors(file, text)).Find();

        Assert.Contains(example, read);
        var expected = read.Select(key => s_elsewhere.Keys.FirstOrDefault(key.StartsWith) is { } map ? s_elsewhere[map] + key[map.Length..] : key);
        Assert.Equal(expected.Distinct().Order(StringComparer.Ordinal), Rows(file).Select(row => row.Key).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(GatewayFileName)]
    [InlineData(BastionFileName)]
    public void Every_default_is_the_readers(string file)
    {
        var rows = Rows(file).Select(row => (row.Key, Default: Regex.Match(row.Default, "^`([^`]+)`$"))).Where(row => row.Default.Success).ToList();

        Assert.NotEmpty(rows);
        var absent = Facts(file, Filled(file, "", ""));
        foreach (var (key, value) in rows)
        {
            var (section, name) = key.LastIndexOf('.') is > 0 and var dot ? (key[..dot], key[(dot + 1)..]) : ("", key);
            var place = s_files[file].Contains($"<{key}>", StringComparison.Ordinal) ? key : section;
            Assert.Contains($"<{place}>", s_files[file], StringComparison.Ordinal);
            Assert.Equal((key, absent), (key, Facts(file, Filled(file, place, $"{name}: {value.Groups[1].Value}"))));
        }
    }

    [Fact]
    public void Every_example_is_read()
    {
        var examples = Regex.Matches(_document, "^```yaml\n# (?<file>[a-z.]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);

        Assert.Equal(Regex.Count(_document, "^```yaml$", RegexOptions.Multiline), examples.Count);
        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            var (file, text) = (example.Groups["file"].Value, example.Groups["text"].Value.Replace("/etc/fastproxy", _directory, StringComparison.Ordinal));
            Assert.Equal("", ProblemOf(file, text));
        }
    }

    private string ProblemOf(string file, string text)
    {
        switch (file)
        {
            case GatewayFileName:
                return string.Join('\n', Errors(file, Has(text, "listen") ? text : text + "listen: [{ address: 127.0.0.1:8080, tls: off }]\n"));
            case BastionFileName:
                return string.Join('\n', Errors(file, Has(text, "listeners") ? text : $"{text}listeners: [{{ listen: 127.0.0.1:2222, hostname: h.example.com, token: {Token} }}]\n"));
            case CredentialsFileName:
                var found = new CredentialsFile(Write(file, text)).Find("gitlab.example.com");
                return found.Error ?? (found.Credential?.Service is null ? "no credential" : "");
            default:
                return ForwarderConfig.Read(Write(file, text), out _, out _, out var error) is null ? error! : "";
        }
    }

    private static bool Has(string text, string key) => Regex.IsMatch(text, $"^{key}:", RegexOptions.Multiline);

    private List<(string Key, string Default)> Rows(string file) =>
        [.. from line in Documents.Chapter(_document, file)
            let cells = Documents.Cells(line)
            where cells.Length == 4 && cells[0].StartsWith('`')
            select (cells[0].Trim('`'), cells[2])];

    private static string Filled(string file, string place, string text) => Regex.Replace(s_files[file], "<([a-z.]*)>", hole => hole.Groups[1].Value == place ? text : "");

    /// <summary>What the keys that have a default decide.</summary>
    private string Facts(string file, string text)
    {
        var (gateway, bastion, problems) = Parse(file, text);
        Assert.Empty(problems.Errors);
        return gateway is not null
            ? $"{gateway.Store.Postgres} {gateway.Keepalive} {gateway.Limits} {gateway.Listeners[0].ProxyProtocol} {gateway.Admin!.Tls.Count}"
            : $"{bastion!.Keepalive} {bastion.Pool} {bastion.RandomMasks} {((PortListener)bastion.Listeners[0]).Proxies is null} {((UnixListener)bastion.Listeners[1]).Mode}";
    }

    private IEnumerable<string> Errors(string file, string text)
    {
        if (file != CredentialsFileName)
        {
            return Parse(file, text).Problems.Errors.Select(error => error.Message);
        }

        var problems = new ConfigurationProblems(file);
        CredentialsFile.Parse(text, problems);
        return problems.Errors.Select(error => error.Message);
    }

    private (GatewayOptions? Gateway, BastionOptions? Bastion, ConfigurationProblems Problems) Parse(string file, string text)
    {
        var problems = new ConfigurationProblems(file);
        var environment = new ConfigurationEnvironment
        {
            OpenFileLimit = 1024,
            Variable = _ => null,
            Accounts = new AccountDatabase(Path.Combine(_directory, "passwd"), Path.Combine(_directory, "group")),
        };
        return file == GatewayFileName
            ? (GatewayFile.Parse(text, _directory, problems, environment), null, problems)
            : (null, BastionFile.Parse(text, _directory, problems, environment), problems);
    }

    /// <summary>Writes a file that its owner alone can read.</summary>
    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
