using System.CommandLine;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;
using FastProxy.Cli.Rules;

namespace FastProxy.Cli;

/// <summary><c>fastproxy group …</c>: rules under a name.</summary>
internal static class GroupCommand
{
    public static Command Create() => new("group", "Groups: rules under a name, for many policies.")
    {
        CreateGroup(),
        List(),
        Show(),
        Update(),
        Delete(),
    };

    private static Argument<string> Group { get; } = new("GROUP") { Description = "A name or an id." };

    private static Command CreateGroup()
    {
        var name = new Argument<string>("NAME") { Description = "A name no other group has." };
        var rules = new RuleOptions(includeIsRequired: true);
        return ApiCommand.Create("create", "Create a group.", [name, .. rules.All, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name) };
            rules.Fill(body, result, await RuleNames.ReadAsync(api, cancellationToken));
            var group = await api.PostAsync("groups", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(group);
                return;
            }
            StandardOutput.WriteLine($"The group '{group.Text("name")}' is created; rules name it {Shell.Quote($"group:{group.Text("name")}")}.");
        });
    }

    private static Command List() => ApiCommand.Create("list", "List the groups.", [ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var groups = await api.ListAsync("groups", cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(groups);
            return;
        }
        var names = await RuleNames.ReadAsync(api, cancellationToken);
        StandardOutput.Write(Table.Format(
            ["NAME", "INCLUDE", "REQUIRE", "EXCLUDE"],
            groups.Select(group => new[] { group.Text("name"), names.Format(group, "include"), names.Format(group, "require"), names.Format(group, "exclude") })));
    });

    private static Command Show() => ApiCommand.Create("show", "Show one group.", [Group, ApiCommand.Json], async (result, api, cancellationToken) =>
    {
        var group = await api.GroupAsync(result.GetValue(Group)!, cancellationToken);
        if (result.GetValue(ApiCommand.Json))
        {
            ApiCommand.Print(group);
            return;
        }
        var names = await RuleNames.ReadAsync(api, cancellationToken);
        StandardOutput.Write(Table.Fields(
            ("Name:", group.Text("name")),
            ("Id:", group.Text("id")),
            ("Include:", names.Format(group, "include")),
            ("Require:", names.Format(group, "require")),
            ("Exclude:", names.Format(group, "exclude")),
            ("Created:", group.Text("created_at"))));
    });

    private static Command Update()
    {
        var name = new Option<string>("--name") { Description = "A new name.", HelpName = "NAME" };
        var rules = new RuleOptions(includeIsRequired: false);
        return ApiCommand.Create("update", "Change a group; what is not given stays.", [Group, name, .. rules.All, ApiCommand.Json], async (result, api, cancellationToken) =>
        {
            ApiCommand.RequireChange(result, [name, .. rules.All]);
            var old = await api.GroupAsync(result.GetValue(Group)!, cancellationToken);
            var body = new JsonObject { ["name"] = result.GetValue(name) ?? old.Text("name") };
            rules.Fill(body, result, await RuleNames.ReadAsync(api, cancellationToken), old);
            var group = await api.PutAsync($"groups/{old.Text("id")}", body, cancellationToken);
            if (result.GetValue(ApiCommand.Json))
            {
                ApiCommand.Print(group);
                return;
            }
            StandardOutput.WriteLine($"The group '{group.Text("name")}' is updated.");
        });
    }

    private static Command Delete() => ApiCommand.Create("delete", "Delete a group that no rule names.", [Group], async (result, api, cancellationToken) =>
    {
        var group = await api.GroupAsync(result.GetValue(Group)!, cancellationToken);
        await api.DeleteAsync($"groups/{group.Text("id")}", cancellationToken);
        StandardOutput.WriteLine($"The group '{group.Text("name")}' is deleted.");
    });
}
