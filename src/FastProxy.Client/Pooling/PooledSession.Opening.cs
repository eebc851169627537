using FastProxy.Client.Connecting;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Pooling;

/// <content>From <c>open</c> to its answer, with the bytes that go ahead and the one retry.</content>
internal sealed partial class PooledSession
{
    private async Task<ConnectFailure?> OpenAsync()
    {
        var answer = await AskAsync(_stream!);
        if (MayRetry(answer))
        {
            // Step 1: the stream is let go. What was kept of the session's bytes goes again, to a gateway that has not seen it.
            _pool.Discard(_stream!, answer.Result == OpenResult.StreamEnded ? DiscardCause.Lost : DiscardCause.Drained);
            _stream = null;
            _startedOver = true;

            // Step 2: once more, on a stream that is made for it.
            var (connection, failure) = await _pool.TakeFreshAsync(_aborted.Token);
            if (connection is not PooledStream fresh)
            {
                if (connection is not null)
                {
                    _pool.Discard(connection, DiscardCause.Surplus);
                }

                return Fail(failure ?? Describe(answer));
            }

            _stream = fresh;
            answer = await AskAsync(fresh);
        }

        if (answer.Result != OpenResult.Opened)
        {
            return Fail(Describe(answer));
        }

        Request = answer.Request;
        lock (_lock)
        {
            _ahead = null;
            _open = true;
        }

        return null;
    }

    private async ValueTask<OpenAnswer> AskAsync(PooledStream stream)
    {
        stream.Opening = this;
        var answer = await AskWatchedAsync(stream);
        stream.Opening = null;
        return answer;
    }

    private async ValueTask<OpenAnswer> AskWatchedAsync(PooledStream stream)
    {
        var heard = _timeProvider.GetElapsedTime(stream.Heard);
        var session = stream.Stream.Begin();
        lock (_lock)
        {
            _session = session;
            _wroteAhead = _aheadLength > 0;
            if (_fault != ReasonCode.Ok)
            {
                return OpenAnswer.StreamEnded(_fault);
            }
        }

        var sent = await session.SendOpenAsync(_request.App.App, string.IsNullOrEmpty(_request.Destination) ? null : _request.Destination, _request.Claim);
        if (sent && _aheadLength > 0)
        {
            sent = await session.SendAsync(_ahead.AsMemory(0, _aheadLength));
        }

        if (!sent)
        {
            return OpenAnswer.StreamEnded(ReasonCode.StreamLost);
        }

        lock (_lock)
        {
            // A stream that was not heard for long may lead nowhere: then the session's bytes are not given to it before it answers.
            _mayGoAhead = heard <= _freshness;
        }

        var answer = await session.WaitForAnswerAsync();
        lock (_lock)
        {
            _mayGoAhead = false;
        }

        return answer;
    }

    private bool MayRetry(in OpenAnswer answer)
    {
        lock (_lock)
        {
            return _fault == ReasonCode.Ok && answer.Result switch
            {
                OpenResult.NotStarted => true,
                OpenResult.Refused => answer.Reason == ReasonCode.Shutdown,
                OpenResult.StreamEnded => answer.Reason != ReasonCode.Protocol && !_wroteAhead,
                _ => false,
            };
        }
    }

    private ConnectFailure Fail(ConnectFailure failure)
    {
        lock (_lock)
        {
            if (_fault == ReasonCode.Ok)
            {
                _fault = ReasonCodes.TryParse(failure.Reason, out var reason) && reason != ReasonCode.Ok ? reason : ReasonCode.StreamLost;
            }
        }

        return failure;
    }

    private static ConnectFailure Describe(in OpenAnswer answer)
    {
        if (answer.Result != OpenResult.Refused)
        {
            return new ConnectFailure(ConnectStage.Handshake, "the stream to the gateway ended before the session was open") { Reason = answer.Reason.ToName() };
        }

        var status = answer.Reason.ToHttpStatus();
        return new ConnectFailure(ConnectStage.Refused, $"{status} {answer.Message ?? answer.Reason.ToName()}")
        {
            Status = status,
            Reason = answer.Reason.ToName(),
            Request = answer.Request,
        };
    }

    private async ValueTask<bool> SendAheadAsync(SpliceBatch batch)
    {
        ClientSession? session = null;
        lock (_lock)
        {
            // What lies in the kernel cannot be kept, so it cannot go ahead.
            if (_mayGoAhead && batch.Length <= StreamProtocol.MostAhead - _aheadLength && batch.Segments.Sum(segment => segment.Count) == batch.Length)
            {
                Keep(batch);
                _wroteAhead = true;
                session = _session;
            }
        }

        // What was kept goes again where the session is opened again: then this send's own fate says nothing.
        return session is not null
            ? await session.SendAsync(batch) || await Opening is null
            : await Opening is null && await _session!.SendAsync(batch);
    }

    private void Keep(SpliceBatch batch)
    {
        if (_ahead is null || _ahead.Length < _aheadLength + batch.Length)
        {
            Array.Resize(ref _ahead, Math.Min(StreamProtocol.MostAhead, Math.Max(512, 2 * (_aheadLength + batch.Length))));
        }

        foreach (var segment in batch.Segments)
        {
            segment.AsSpan().CopyTo(_ahead.AsSpan(_aheadLength));
            _aheadLength += segment.Count;
        }
    }
}
