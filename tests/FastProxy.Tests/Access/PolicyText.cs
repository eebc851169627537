using System.Collections.Immutable;
using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Lists;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

/// <summary>
/// Policies and requests as a line of text, so that a table of them reads as documentation.
/// Policies: <c>service-auth include=token:ci,ip:10.0.0.0/8 require=… exclude=…; block include=everyone</c>.
/// Request: <c>token=ci ip=10.1.2.3 country=PT cn=db1 email=ann@example.com amr=mfa claim=team:ops vouched=hr linked</c>.
/// </summary>
internal static class PolicyText
{
    public static readonly Guid Provider = Guid.NewGuid();
    public static readonly Application Linked = Sample.Application("linked", "linked.example.com");
    public static readonly ServiceToken Ci = Sample.Token("ci");
    public static readonly ServiceToken Other = Sample.Token("other");

    public static readonly ImmutableArray<ValueList> Lists =
    [
        List("offices", ValueListKind.Ip, "10.0.0.0/8", "192.0.2.7", "2001:db8::/32"),
        List("team", ValueListKind.Email, "Ann@example.com", "bob@example.com"),
    ];

    // Each by its name.
    public static readonly ImmutableArray<Group> Groups = BuildGroups();

    public static ImmutableArray<Policy> Policies(string text) =>
    [
        .. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select((policy, i) =>
        {
            var words = policy.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(PolicyActions.TryParseCommandLineName(words[0], out var action), words[0]);
            return Sample.Policy($"p{i + 1}", action, Rules(words, "include"), Rules(words, "require"), Rules(words, "exclude"), i + 1);
        }),
    ];

    public static AccessRequest Request(Application application, string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? Of(string name) => words.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        var token = Of("token") switch { "ci" => Ci, "other" => Other, _ => null };
        return new AccessRequest(application, token, Of("ip") is { } ip ? IPAddress.Parse(ip) : null)
        {
            Country = CountryCode.TryParse(Of("country"), out var country) ? country : default,
            Certificate = Of("cn") is { } name ? new ClientCertificate(name, DateTimeOffset.MaxValue) : null,
            Identity = Of("email") is { } email
                ? new Identity
                {
                    Email = email,
                    ProviderId = Provider,
                    AuthenticationMethods = Of("amr") is { } method ? [method] : [],
                    Evaluations = Of("vouched") is { } service ? [$"https://{service}/"] : [],
                    Claims = Of("claim")?.Split(':') is [var claim, var value] ? [new IdentityClaim(claim, value)] : [],
                }
                : null,
            LinkedApplicationId = words.Contains("linked") ? Linked.Id : null,
        };
    }

    public static Rule Rule(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (selector, value) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        return selector switch
        {
            "everyone" => new EveryoneRule(),
            "any-token" => new AnyValidServiceTokenRule(),
            "token" => new ServiceTokenRule(value == "ci" ? Ci.Id : Other.Id),
            "ip" => Sample.Ip(value),
            "country" => new GeoRule(CountryCode.TryParse(value, out var country) ? country : throw new FormatException(value)),
            "certificate" => new CertificateRule(),
            "cn" => new CommonNameRule(value),
            "email" => new EmailRule(value),
            "email-domain" => new EmailDomainRule(value),
            "login-method" => new LoginMethodRule(value == "ours" ? Provider : Guid.NewGuid()),
            "amr" => new AuthMethodRule(value),
            "claim" => value.Split(':') is [var name, var of] ? new OidcRule(name, of, Provider) : throw new FormatException(value),
            "claim-of-another" => value.Split(':') is [var name, var of] ? new OidcRule(name, of, Guid.NewGuid()) : throw new FormatException(value),
            "evaluation" => new ExternalEvaluationRule($"https://{value}/", "https://keys.test/"),
            "ip-list" => new IpListRule(IdOfList(value)),
            "email-list" => new EmailListRule(IdOfList(value)),
            "linked" => new LinkedAppTokenRule(value == "another" ? Guid.NewGuid() : Linked.Id),
            "group" => new GroupRule(Groups.SingleOrDefault(group => group.Name == value)?.Id ?? Guid.NewGuid()),
            _ => throw new FormatException(text),
        };
    }

    private static Guid IdOfList(string name) => Lists.SingleOrDefault(list => list.Name == name)?.Id ?? Guid.NewGuid();

    private static ValueList List(string name, ValueListKind kind, params string[] values) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        Kind = kind,
        Items = [.. values.Select(value => new ValueListItem(value, "", Sample.Now))],
        CreatedAt = Sample.Now,
        UpdatedAt = Sample.Now,
    };

    private static ImmutableArray<Rule> Rules(string[] words, string list) =>
        words.FirstOrDefault(word => word.StartsWith(list + "=", StringComparison.Ordinal)) is { } word
            ? [.. word[(list.Length + 1)..].Split(',').Select(Rule)]
            : [];

    private static ImmutableArray<Group> BuildGroups()
    {
        var office = Sample.Group("office", [Sample.Ip("10.0.0.0/8")], exclude: [Sample.Ip("10.9.9.9")]);
        var iberia = Sample.Group("iberia", [Rule("country:PT"), Rule("country:ES")]);
        return [office, iberia, Sample.Group("nested", [new GroupRule(office.Id)])];
    }
}
