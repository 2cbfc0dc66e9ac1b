-- A link that was withdrawn while a payment had begun may yet be paid: it is followed slowly for a day after that. When it
-- was withdrawn is known (`changed_at`), and the one question that reads these asks for it, so the old ones do no harm.
UPDATE links SET follow = 2
    WHERE state = 'cancelled' AND session_id IS NOT NULL AND transaction_id IS NOT NULL;
