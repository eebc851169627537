using System.Text.Json;
using FastProxy.Access.Stores;

namespace FastProxy.Admin.Declarations;

/// <summary>What there is, as a declaration: applied again it changes nothing.</summary>
internal sealed record DeclarationResource
{
    public required IReadOnlyList<Dictionary<string, JsonElement>> Groups { get; init; }

    public required IReadOnlyList<Dictionary<string, JsonElement>> Policies { get; init; }

    public required IReadOnlyList<Dictionary<string, JsonElement>> Applications { get; init; }

    public static DeclarationResource Of(AccessSnapshot snapshot)
    {
        var form = new DeclaredForm(new DeclaredNames(snapshot));
        return new DeclarationResource
        {
            Groups = [.. snapshot.Groups.Select(form.Of)],
            Policies = [.. snapshot.ReusablePolicies.Select(form.Of)],
            Applications = [.. snapshot.Applications.Select(application =>
            {
                var fields = form.Of(application);
                if (application.Policies.Length > 0)
                {
                    fields[DeclaredForm.Policies] = JsonText.Element(form.OfPolicies(application));
                }
                return fields;
            })],
        };
    }
}
