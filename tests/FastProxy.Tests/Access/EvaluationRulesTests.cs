using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;

namespace FastProxy.Tests.Access;

/// <summary>
/// How policies are evaluated, a row for each rule of it: the policies of an application in listed order, a request, and what becomes
/// of it: the policy that admits it, or why it is refused.
/// </summary>
public sealed class EvaluationRulesTests
{
    private const string Empty = "no policy";
    private const string None = "no match";
    private const string Credential = "needs a token";
    private const string Certificate = "needs a certificate";
    private const string SignIn = "needs a sign-in";

    [Theory]
    [InlineData("an application without policies admits nobody", "", "token=ci", Empty)]
    [InlineData("what matches no policy is refused", "service-auth include=token:other", "token=ci", None)]
    [InlineData("Service Auth admits without a sign-in", "service-auth include=token:ci", "token=ci", "p1")]
    [InlineData("Bypass admits without any check", "bypass include=everyone", "", "p1")]
    [InlineData("Block refuses", "block include=everyone", "token=ci", "blocked by p1")]
    [InlineData("Allow admits who signed in", "allow include=email:ann@example.com", "email=ann@example.com", "p1")]
    [InlineData("Allow asks for a sign-in where nobody signed in", "allow include=everyone", "", SignIn)]
    [InlineData("Allow never admits a service token", "allow include=everyone", "token=ci", SignIn)]
    [InlineData("a service token's request is a machine's, whatever cookie comes along", "allow include=email:ann@example.com", "token=ci email=ann@example.com", None)]
    [InlineData("Service Auth and Bypass come first, Allow and Block behind: Allow A, Block B, Service Auth C", "allow include=everyone; block include=everyone; service-auth include=token:ci", "token=ci", "p3")]
    [InlineData("… Service Auth C before Bypass D, as listed", "allow include=everyone; block include=everyone; service-auth include=token:ci; bypass include=everyone", "token=ci", "p3")]
    [InlineData("… Bypass D where C does not match", "allow include=everyone; block include=everyone; service-auth include=token:ci; bypass include=everyone", "token=other", "p4")]
    [InlineData("… Bypass D before Service Auth C where it is listed before", "bypass include=everyone; service-auth include=token:ci", "token=ci", "p1")]
    [InlineData("… then Allow A before Block B", "allow include=everyone; block include=everyone; service-auth include=token:ci", "email=ann@example.com", "p1")]
    [InlineData("… Block B before Allow A where it is listed before", "block include=everyone; allow include=everyone", "email=ann@example.com", "blocked by p1")]
    [InlineData("… Allow E only where none before it matches", "allow include=email:bob@example.com; block include=country:RU; allow include=everyone", "email=ann@example.com country=PT", "p3")]
    [InlineData("the first match ends it: a Block behind an Allow is never asked", "allow include=email-domain:example.com; block include=email:ann@example.com", "email=ann@example.com", "p1")]
    [InlineData("a Block cannot stop what a Service Auth policy admits", "block include=token:ci; service-auth include=token:ci", "token=ci", "p2")]
    [InlineData("… an exclude in that policy does", "service-auth include=any-token exclude=token:ci", "token=ci", None)]
    [InlineData("Service Auth does not look at who signed in", "service-auth include=email:ann@example.com", "email=ann@example.com", None)]
    [InlineData("a caller without a token is told that one is missing", "service-auth include=token:ci", "", Credential)]
    [InlineData("… unless no token would help", "service-auth include=token:ci require=ip:10.0.0.0/8", "ip=192.0.2.1", None)]
    [InlineData("… or a Block matches", "block include=everyone; service-auth include=token:ci", "", "blocked by p1")]
    [InlineData("… and that a certificate is", "service-auth include=cn:db1", "", Certificate)]
    [InlineData("… even beside a valid token", "service-auth include=token:ci require=cn:db1", "token=ci", Certificate)]
    [InlineData("… unless another one was shown", "service-auth include=cn:db1", "cn=db2", None)]
    public void Order(string rule, string policies, string request, string expected) => Check(rule, policies, request, expected);

    [Theory]
    [InlineData("any include is enough", "service-auth include=token:ci,ip:10.0.0.0/8", "token=ci ip=192.0.2.1", "p1")]
    [InlineData("… the other one", "service-auth include=token:ci,ip:10.0.0.0/8", "ip=10.1.2.3", "p1")]
    [InlineData("… but one there must be", "service-auth include=token:ci,ip:10.0.0.0/8", "token=other ip=192.0.2.1", None)]
    [InlineData("every require must match", "service-auth include=everyone require=token:ci,ip:10.0.0.0/8", "token=ci ip=10.1.2.3", "p1")]
    [InlineData("… not just some", "service-auth include=everyone require=token:ci,ip:10.0.0.0/8", "token=ci ip=192.0.2.1", None)]
    [InlineData("a require admits nobody by itself", "service-auth include=token:other require=ip:10.0.0.0/8", "token=ci ip=10.1.2.3", None)]
    [InlineData("several values of one selector in require are all required", "service-auth include=everyone require=country:PT,country:ES", "country=PT", None)]
    [InlineData("… a group makes them alternatives", "service-auth include=everyone require=group:iberia", "country=PT", "p1")]
    [InlineData("any exclude refuses", "service-auth include=any-token exclude=ip:10.9.0.0/16,token:other", "token=other ip=192.0.2.1", None)]
    [InlineData("… and wins over include and require", "service-auth include=token:ci require=token:ci exclude=token:ci", "token=ci", None)]
    [InlineData("a group matches by the same formula", "service-auth include=group:office", "ip=10.1.2.3", "p1")]
    [InlineData("… its own exclude included", "service-auth include=group:office", "ip=10.9.9.9", None)]
    [InlineData("… inside another group", "service-auth include=group:nested", "ip=10.1.2.3", "p1")]
    [InlineData("a group in an exclude excludes what it matches", "service-auth include=everyone exclude=group:office", "ip=10.1.2.3", None)]
    [InlineData("… and not what it excludes itself", "service-auth include=everyone exclude=group:office", "ip=10.9.9.9", "p1")]
    [InlineData("a group that does not exist is in no include", "service-auth include=group:gone", "token=ci ip=10.1.2.3", None)]
    [InlineData("… and in every exclude", "service-auth include=everyone exclude=group:gone", "token=ci ip=10.1.2.3", None)]
    public void Formula(string rule, string policies, string request, string expected) => Check(rule, policies, request, expected);

    [Theory]
    [InlineData("everyone: every request", "service-auth include=everyone", "", "p1")]
    [InlineData("service_token: that token", "service-auth include=token:ci", "token=ci", "p1")]
    [InlineData("… and no other", "service-auth include=token:ci", "token=other", None)]
    [InlineData("any_valid_service_token: each of them", "service-auth include=any-token", "token=other", "p1")]
    [InlineData("… and nobody without", "service-auth include=any-token", "ip=10.1.2.3", Credential)]
    [InlineData("ip: the network", "service-auth include=ip:10.0.0.0/8", "ip=10.255.0.1", "p1")]
    [InlineData("… and nothing beside it", "service-auth include=ip:10.0.0.0/8", "ip=11.0.0.1", None)]
    [InlineData("… one address", "service-auth include=ip:192.0.2.7", "ip=192.0.2.7", "p1")]
    [InlineData("… IPv6", "service-auth include=ip:2001:db8::/32", "ip=2001:db8:ffff::1", "p1")]
    [InlineData("… IPv4 in IPv6 is IPv4", "service-auth include=ip:10.0.0.0/8", "ip=::ffff:10.1.2.3", "p1")]
    [InlineData("… and never IPv6", "service-auth include=ip:::/0", "ip=::ffff:10.1.2.3", None)]
    [InlineData("ip_list: one of its networks", "service-auth include=ip-list:offices", "ip=10.1.2.3", "p1")]
    [InlineData("… of one address", "service-auth include=ip-list:offices", "ip=192.0.2.7", "p1")]
    [InlineData("… of IPv6", "service-auth include=ip-list:offices", "ip=2001:db8::1", "p1")]
    [InlineData("… and nothing beside them", "service-auth include=ip-list:offices", "ip=192.0.2.8", None)]
    [InlineData("geo: the country", "service-auth include=country:PT", "country=PT", "p1")]
    [InlineData("… in either case", "service-auth include=country:pt", "country=Pt", "p1")]
    [InlineData("… and no other", "service-auth include=country:PT", "country=ES", None)]
    [InlineData("certificate: any that is valid", "service-auth include=certificate", "cn=db1", "p1")]
    [InlineData("common_name: that of the certificate", "service-auth include=cn:db1", "cn=db1", "p1")]
    [InlineData("… case matters", "service-auth include=cn:db1", "cn=DB1", None)]
    [InlineData("… whole, no wildcard", "service-auth include=cn:db*", "cn=db1", None)]
    [InlineData("email: that address", "allow include=email:ann@example.com", "email=ann@example.com", "p1")]
    [InlineData("… in either case", "allow include=email:Ann@example.com", "email=ann@EXAMPLE.com", "p1")]
    [InlineData("… and no other", "allow include=email:ann@example.com", "email=bob@example.com", None)]
    [InlineData("email_domain: what follows the @", "allow include=email-domain:Example.com", "email=ann@example.com", "p1")]
    [InlineData("… and no domain below it", "allow include=email-domain:example.com", "email=ann@sub.example.com", None)]
    [InlineData("… nor one that ends alike", "allow include=email-domain:example.com", "email=ann@badexample.com", None)]
    [InlineData("email_list: one of its addresses, in either case", "allow include=email-list:team", "email=ann@example.com", "p1")]
    [InlineData("… and no other", "allow include=email-list:team", "email=eve@example.com", None)]
    [InlineData("login_method: that identity provider", "allow include=login-method:ours", "email=ann@example.com", "p1")]
    [InlineData("… and no other", "allow include=login-method:another", "email=ann@example.com", None)]
    [InlineData("auth_method: what the provider vouches for", "allow include=everyone require=amr:mfa", "email=ann@example.com amr=mfa", "p1")]
    [InlineData("… and nothing weaker", "allow include=everyone require=amr:mfa", "email=ann@example.com amr=pwd", None)]
    [InlineData("oidc: a value of a claim", "allow include=claim:team:ops", "email=ann@example.com claim=team:ops", "p1")]
    [InlineData("… and no other value", "allow include=claim:team:ops", "email=ann@example.com claim=team:dev", None)]
    [InlineData("… of that provider", "allow include=claim-of-another:team:ops", "email=ann@example.com claim=team:ops", None)]
    [InlineData("external_evaluation: the service vouched at the sign-in", "allow include=evaluation:hr", "email=ann@example.com vouched=hr", "p1")]
    [InlineData("… and no other service", "allow include=evaluation:hr", "email=ann@example.com vouched=it", None)]
    [InlineData("… nor one that was not asked", "allow include=evaluation:hr", "email=ann@example.com", None)]
    [InlineData("linked_app_token: a token of that application", "service-auth include=linked:app", "linked", "p1")]
    [InlineData("… and of no other", "service-auth include=linked:another", "linked", None)]
    [InlineData("selectors about people match nothing without a sign-in", "allow include=everyone require=email:ann@example.com", "token=ci", None)]
    [InlineData("… nor in an exclude: a machine is nobody's address", "service-auth include=token:ci exclude=email:ann@example.com", "token=ci", "p1")]
    public void Selectors(string rule, string policies, string request, string expected) => Check(rule, policies, request, expected);

    [Theory]
    [InlineData("an address that is not known is in no include", "service-auth include=ip:0.0.0.0/0,ip:::/0", "token=ci", None)]
    [InlineData("… meets no require", "service-auth include=any-token require=ip:0.0.0.0/0", "token=ci", None)]
    [InlineData("… and is in every exclude", "service-auth include=any-token exclude=ip:10.9.9.9", "token=ci", None)]
    [InlineData("… nor in a list", "service-auth include=any-token exclude=ip-list:offices", "token=ci", None)]
    [InlineData("a list that does not exist is in no include", "service-auth include=ip-list:gone", "token=ci ip=10.1.2.3", None)]
    [InlineData("… and in every exclude", "service-auth include=everyone exclude=ip-list:gone", "token=ci ip=10.1.2.3", None)]
    [InlineData("a country that is not known is in no include", "service-auth include=country:PT", "token=ci", None)]
    [InlineData("… meets no require", "service-auth include=any-token require=country:PT", "token=ci", None)]
    [InlineData("… and is in every exclude", "service-auth include=any-token exclude=country:RU", "token=ci", None)]
    [InlineData("… XX is what proxies say when they do not know", "service-auth include=any-token exclude=country:RU", "token=ci country=XX", None)]
    [InlineData("a certificate that was not shown is in no include", "service-auth include=certificate", "token=ci", Certificate)]
    [InlineData("… meets no require", "service-auth include=any-token require=certificate", "token=ci", Certificate)]
    [InlineData("… and is in every exclude: a name must not be hidden", "service-auth include=any-token exclude=cn:stolen", "token=ci", None)]
    [InlineData("inside a group the same: not known stays not known", "service-auth include=everyone exclude=group:nested", "token=ci", None)]
    [InlineData("… also where the group is in an include", "service-auth include=group:office", "token=ci", None)]
    [InlineData("what is known of another kind is enough", "service-auth include=ip:10.0.0.0/8,token:ci", "token=ci", "p1")]
    public void Not_known(string rule, string policies, string request, string expected) => Check(rule, policies, request, expected);

    private static void Check(string rule, string policies, string request, string expected)
    {
        var application = Sample.Application("a", "a.example.com", PolicyText.Policies(policies));
        var snapshot = Sample.Snapshot([PolicyText.Ci, PolicyText.Other], [application, PolicyText.Linked], PolicyText.Groups, PolicyText.Lists);
        var decision = PolicyEngine.Decide(snapshot, PolicyText.Request(application, request));
        var actual = decision.Reason switch
        {
            DecisionReason.Admitted => decision.Policy!.Name,
            DecisionReason.Blocked => $"blocked by {decision.Policy!.Name}",
            DecisionReason.ApplicationHasNoPolicies => Empty,
            DecisionReason.CredentialRequired => Credential,
            DecisionReason.CertificateRequired => Certificate,
            DecisionReason.IdentityRequired => SignIn,
            _ => None,
        };
        Assert.True(expected == actual, $"{rule}: expected {expected}, got {actual}");
        Assert.Equal(decision.Reason == DecisionReason.Admitted, decision.Admitted);
    }
}
