-- A try to pay that failed without coming to a payment may be made again: such a link is followed slowly, too.
UPDATE links SET follow = 2
    WHERE state IN ('declined', 'failed') AND session_id IS NOT NULL AND transaction_id IS NULL;
