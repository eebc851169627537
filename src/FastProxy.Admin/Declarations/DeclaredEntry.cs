using System.Text.Json;

namespace FastProxy.Admin.Declarations;

/// <summary>One object of a declaration.</summary>
/// <param name="Pointer">Where it stands.</param>
/// <param name="Value">What stands there, an object.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">The id of the object of this name, or the one it is to have.</param>
internal sealed record DeclaredEntry(string Pointer, JsonElement Value, string Name, Guid Id);
