namespace FastProxy.FunctionalTests.Refusals;

/// <summary>Why a caller is refused.</summary>
public enum Refused
{
    WrongSecret,
    UnknownId,
    Expired,
    Disabled,
    NoCredential,
    OnlyId,
    OnlySecret,
    DuplicatedId,
    EmptyId,
    EmptySecret,
    NotAdmitted,
    UnknownHost,
    DeadOrigin,
}
