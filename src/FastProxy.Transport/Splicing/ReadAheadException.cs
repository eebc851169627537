namespace FastProxy.Transport.Splicing;

/// <summary>
/// Reading ahead found nothing that can be decrypted without waiting: the record at hand was no application data (a session ticket,
/// a key update). The one way to tell the TLS layer to give up a read; rare, and never seen outside <see cref="TlsEnd"/>.
/// </summary>
internal sealed class ReadAheadException : IOException;
