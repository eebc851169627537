using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Admin.ApiTokens;
using FastProxy.Admin.Applications;
using FastProxy.Admin.Declarations;
using FastProxy.Admin.Groups;
using FastProxy.Admin.Lists;
using FastProxy.Admin.Organizations;
using FastProxy.Admin.Policies;
using FastProxy.Admin.ServiceTokens;

namespace FastProxy.Admin.Api;

/// <summary>How answers are written: snake case, source-generated.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(RuleListConverter)])]
[JsonSerializable(typeof(ApiEnvelope<ServiceTokenResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<ServiceTokenResource>>))]
[JsonSerializable(typeof(ApiEnvelope<TokenUsageResource>))]
[JsonSerializable(typeof(ApiEnvelope<TokenRevocationResource>))]
[JsonSerializable(typeof(ApiEnvelope<ApplicationResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<ApplicationResource>>))]
[JsonSerializable(typeof(ApiEnvelope<PolicyResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<PolicyResource>>))]
[JsonSerializable(typeof(ApiEnvelope<GroupResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<GroupResource>>))]
[JsonSerializable(typeof(ApiEnvelope<ExplanationResource>))]
[JsonSerializable(typeof(ApiEnvelope<OrganizationResource>))]
[JsonSerializable(typeof(ApiEnvelope<ListResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<ListResource>>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<ListItemResource>>))]
[JsonSerializable(typeof(ApiEnvelope<ApiTokenResource>))]
[JsonSerializable(typeof(ApiEnvelope<IReadOnlyList<ApiTokenResource>>))]
[JsonSerializable(typeof(ApiEnvelope<DeclarationResource>))]
[JsonSerializable(typeof(ApiEnvelope<DeclarationResult>))]
[JsonSerializable(typeof(ApiEnvelope<DeletedResource>))]
[JsonSerializable(typeof(ApiEnvelope<EmptyResource>))]
[JsonSerializable(typeof(DestinationResource))]
[JsonSerializable(typeof(List<JsonElement>))]
internal sealed partial class ApiJson : JsonSerializerContext;
