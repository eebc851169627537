using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Declarations;

/// <summary><c>…/access/declaration</c>: groups, reusable policies and applications as a whole, which Cloudflare's API has not.</summary>
internal static class DeclarationEndpoints
{
    private const string Kind = "declaration";

    public static void MapDeclaration(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/declaration", Get);
        routes.MapPut("/declaration", ApplyAsync);
    }

    private static IResult Get(IAccessStore store) =>
        ApiResults.Ok(StatusCodes.Status200OK, DeclarationResource.Of(store.Current), ApiJson.Default.ApiEnvelopeDeclarationResource);

    private static async Task<IResult> ApplyAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        // A dry run that is misspelled must not be a wet one.
        bool? isDryRun = request.Query["dry_run"].ToString() switch { "" or "false" => false, "true" => true, _ => null };
        if (isDryRun is not { } dryRun)
        {
            return ApiResults.Invalid("dry_run is true or false");
        }
        var body = await ApiBody.ReadAsync(request, AdminServer.MaxDeclarationBytes, cancellationToken);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var problems = new DeclarationProblems();
        var declaration = Declaration.Read(body, problems);
        if (problems.All.Count > 0)
        {
            return ApiResults.Invalid(problems.All);
        }
        var result = await store.ChangeAsync(snapshot => DeclarationPlan.Of(snapshot, declaration, dryRun, time.GetUtcNow(), problems), cancellationToken);
        return result.IsOk ? ApiResults.Ok(StatusCodes.Status200OK, result.Value, ApiJson.Default.ApiEnvelopeDeclarationResult)
            : problems.All.Count > 0 ? ApiResults.Invalid(problems.All, result.Status == MutationStatus.Conflict ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest)
            : ApiResults.Failed(result, Kind);
    }
}
