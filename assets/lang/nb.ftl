# Norsk bokmål. De samme nøklene og variablene som i en.ftl.

## Tid
time-now = nå
time-today = i dag
time-tomorrow = i morgen
time-yesterday = i går
time-minutes = { $count } min
time-hours = { $count } t
time-days =
    { $count ->
        [one] { $count } dag
       *[other] { $count } dager
    }
time-in-minutes = om { $count } min
time-minutes-ago = for { $count } min siden
time-in-hours = om { $count } t
time-hours-ago = for { $count } t siden
time-in-days =
    { $count ->
        [one] om { $count } dag
       *[other] om { $count } dager
    }
time-days-ago =
    { $count ->
        [one] for { $count } dag siden
       *[other] for { $count } dager siden
    }

## Tilstandene til en lenke, ett eller to ord
state-queued = i kø
state-creating = sendes
state-uncertain = usikker
state-refused = avvist
state-open = ikke åpnet
state-opened = åpnet
state-paying = betaler
state-on-hold = kontrolleres
state-authorized = reservert
state-captured = betalt
state-partially-captured = delvis trukket
state-declined = avslått
state-failed = mislyktes
state-expired = utløpt
state-cancelled = kansellert
state-voided = annullert
state-partially-refunded = delvis refundert
state-refunded = refundert
state-partially-captured-refunded = trukket og refundert
state-unknown = ukjent

## Hva tilstanden betyr, og hva du gjør nå
advice-queued = Lagret her. Den sendes av seg selv så snart det er nett, mens paylink er åpen.
advice-queued-later = Lagret her. Den kunne ikke sendes ennå. Det prøves igjen av seg selv mens paylink er åpen.
advice-queued-unwritable = Lagret her og ikke sendt: paylink sender ingenting så lenge det som skjer ikke kan lagres.
advice-creating = Sendes nå.
advice-uncertain = Den kan være sendt. Det blir sjekket før noe sendes på nytt.
advice-uncertain-anew = Svarene gikk tapt, flere ganger. Ingen har adressen: den lages på nytt av seg selv, sjeldnere og sjeldnere. s prøver nå, x gir den opp.
advice-refused = Betalingstjenesten sa nei. Kunden har ikke fått noe. Når årsaken er rettet, sender s den på nytt.
advice-refused-foreign-message = Den ble laget og trukket tilbake. En melding med den adressen kan ha nådd kunden: spør, og be kunden om ikke å bruke den.
advice-refused-foreign = Den ble laget og trukket tilbake. Ingen har fått den adressen, og kunden har ikke fått noe.
advice-refused-lost = Betalingstjenesten sa nei til dette forsøket. Et tidligere kan ha nådd kunden: spør før du lager en ny. paylink leter etter det og trekker det tilbake, eller sier fra når det er betalt.
advice-refused-past = Betalingstjenesten sa nei til dette forsøket. Et tidligere ble søkt etter til ingen lenger kunne betale med det.
advice-open = Ingen har åpnet lenken ennå.
advice-opened = Kunden har sett på den.
advice-paying = Kunden betaler. I en mobilapp er fristen rundt 10 minutter.
advice-on-hold = Betalingen kontrolleres. Vent med å gi fra deg varene.
advice-authorized = Pengene er reservert. Trekk dem når varene er levert.
advice-captured = Kunden har betalt.
advice-partially-captured = En del av beløpet er trukket.
advice-declined = Betalingen ble avslått. Lag en ny lenke for å prøve igjen.
advice-failed = Betalingen mislyktes. Lag en ny lenke for å prøve igjen.
advice-expired = Fristen er ute. Det samme salget kan sendes på nytt.
advice-cancelled = Kansellert før den ble betalt. Det samme salget kan sendes på nytt.
advice-cancelled-lost = Gitt opp, og den kan ha blitt laget. Har kunden en lenke, leter paylink etter den og trekker den tilbake, eller sier fra når den er betalt. Spør før du selger det samme igjen.
advice-cancelled-past = Gitt opp før det var kjent om den ble laget. Den ble søkt etter til ingen lenger kunne betale med den.
advice-voided = Reservasjonen er annullert. Kunden betaler ingenting.
advice-partially-refunded = En del av beløpet er refundert til kunden.
advice-refunded = Hele beløpet er refundert til kunden.
advice-partially-captured-refunded = En del er trukket, og noe av det er refundert.
advice-unknown = Betalingstjenesten bruker et ord som paylink ikke kjenner.

## Det som har hendt, i tidslinjen
event-drafted = Lagret
event-created = Lenke laget
event-message-sent = Melding sendt
event-message-skipped = Melding ikke sendt
event-message-failed = Meldingen kom ikke fram
event-mail-opened = E-post klar til sending
event-opened = Åpnet
event-address-given = Adresse fylt ut
event-paying = Betaler
event-attempt-failed = Et forsøk mislyktes
event-paying-ended = Betaler ikke lenger
event-on-hold = Kontrolleres
event-authorized = Reservert
event-captured = Betalt
event-partially-captured = Delvis trukket
event-declined = Avslått
event-failed = Mislyktes
event-expired = Utløpt
event-cancelled = Kansellert
event-voided = Reservasjon annullert
event-refunded = Refundert
event-partially-refunded = Delvis refundert
event-uncertain = Ukjent utfall
event-found = Funnet: den ble laget
event-refused = Avvist
event-cancel-refused = Ikke kansellert
event-capture-refused = Ikke trukket
event-void-refused = Ikke annullert
event-refund-refused = Ikke refundert
event-alarm = Varsel
event-alarm-over = Varsel er over
event-other = Annet

## Betalingsmåter
method-card = Kort
method-invoice = Faktura
method-installment = Delbetaling
method-other = Annet

## Hva det ble av en melding
delivery-status-pending = venter
delivery-status-sent = sendt
delivery-status-skipped = ikke sendt
delivery-status-failed = mislyktes
delivery-status-none = vises her
delivery-status-unknown = ukjent ({ $word })

## Når betalingstjenesten ikke kan eller vil
fault-not-sent = Ingen kontakt med betalingstjenesten. Ingenting ble gjort.
fault-maybe = Svaret ble borte: det kan være utført. Det blir sjekket før det prøves igjen.
fault-refused = Betalingstjenesten sa nei.
fault-refused-because = Betalingstjenesten sa nei: { $reason }
fault-not-found = Betalingstjenesten kjenner den ikke.
fault-not-signed-in = Ikke logget inn: klient-id eller hemmelighet er feil. Kjør: paylink login
fault-forbidden = Kontoen har ikke lov til dette. Be betalingstjenesten åpne for det.
fault-untrusted = Svaret er ikke til å stole på og ble ikke brukt.

## Det et menneske må ta seg av
alarm-double-payment = Betalt to ganger
alarm-replacement-open = Erstatningen kan fortsatt betales
alarm-replacement-open-named = Betalt, og erstatningen { $reference } kan fortsatt betales
alarm-amount-differs = Et annet beløp er betalt
alarm-paid-elsewhere = Betalt med lenken som gikk tapt
alarm-paid-elsewhere-after = Betalt med lenken som gikk tapt etter at dens egen betaling var gått tilbake, og paylink kan ikke flytte den: refunder den hos betalingstjenesten
alarm-lost-on-hold = Lenken som gikk tapt, har en betaling uten ende: spør betalingstjenesten

## Betalingsfrist
expiry-minutes =
    { $count ->
        [one] { $count } minutt
       *[other] { $count } minutter
    }
expiry-hours =
    { $count ->
        [one] { $count } time
       *[other] { $count } timer
    }
expiry-days =
    { $count ->
        [one] { $count } dag
       *[other] { $count } dager
    }
expiry-weeks =
    { $count ->
        [one] { $count } uke
       *[other] { $count } uker
    }
expiry-months =
    { $count ->
        [one] { $count } måned
       *[other] { $count } måneder
    }
expiry-today = ut dagen
expiry-tomorrow = ut dagen i morgen
expiry-clock = til kl. { $time }

## Feltene i en adresse
address-name = Navn
address-street = Gate
address-postal-code = Postnummer
address-place = Poststed
address-country = Land

## Hva som er galt med noe skrevet, ved siden av feltet
mistake-empty = Fyll ut dette
mistake-not-a-number = Ikke et tall
mistake-ambiguous = Mener du { $grouped } eller { $decimal }?
mistake-too-fine = Høyst to desimaler
mistake-other-currency = En annen valuta enn salgets
mistake-too-large = For stort
mistake-too-long = Høyst { $max } tegn
mistake-phone-not-digits = Bare siffer
mistake-phone-length = Et norsk nummer har 8 siffer, dette har { $count }
mistake-phone-impossible = Det finnes ikke et slikt nummer i landet
mistake-email-no-at = Det mangler en @
mistake-email-invalid = Ikke en e-postadresse
mistake-no-description = Hva selges?
mistake-zero-quantity = Antallet er 0
mistake-negative-quantity = Antallet er under 0
mistake-fine-quantity = Høyst tre desimaler
mistake-huge-quantity = Høyst { $max }
mistake-zero-price = Prisen er 0
mistake-negative-price = Prisen er under 0
mistake-zero-amount = Linjen blir 0
mistake-no-lines = Legg til en vare først
mistake-too-many-lines = Høyst { $max } linjer
mistake-vat-range = Mva er fra 0 til 100 %
mistake-vat-too-fine = Høyst to desimaler i satsen
mistake-bad-character = Et av tegnene kan ikke vises
# Et tegn som ikke kan være der, inne i en setning
mistake-sign = «{ $sign }»
mistake-sign-space = mellomrom
mistake-reference-sign = Ikke { $character }: bokstaver, tall, mellomrom og { $signs }
mistake-template-no-counter = {"{"}seq{"}"} mangler
mistake-template-unknown-word = {"{"}{ $word }{"}"} er ukjent: {"{"}date{"}"}, {"{"}year{"}"}, {"{"}seq{"}"}
mistake-template-character = Ikke { $character }: bare A-Z, 0-9 og bindestrek
mistake-not-a-time = Ikke et tidspunkt: 15 min, 4 t, 3 d, 2 u, 1 md, i dag, 20:00, eller dato og klokkeslett
mistake-past = Tidspunktet er passert
mistake-too-far = Høyst et år fram i tid
mistake-months-or-minutes = { $count } måneder. Minutter: { $count } min
mistake-address-missing = { $field } mangler
mistake-address-too-long = { $field } er for langt
mistake-postal-code = Ikke et postnummer i det landet
mistake-country = To bokstaver: NO, SE, DK …
mistake-country-unknown = Ingen land har den koden: NO, SE, DK …
mistake-method = Ingen betalingsmåte heter det

## Hva tastene gjør: bunnlinje og hjelp
key-help = taster
key-space = Mellomrom
key-quit = avslutt
key-redraw = tegn på nytt
key-try-sandbox = prøv nå
key-set-up = legg inn en konto
key-next-field = neste
key-previous-field = forrige felt
key-save-account = lagre og logg inn
key-back = tilbake
key-new = ny lenke
key-open = åpne
key-up = opp
key-down = ned
key-page-up = side opp
key-page-down = side ned
key-top = første
key-bottom = siste
key-list = alle lenker
key-search = søk
key-send-now = send nå
key-look-now = sjekk nå
key-suspend = legg i bakgrunnen
key-toggle = huk av
key-all-methods = alle
key-next = videre
key-remove-line = fjern
key-undo = angre
key-clear-draft = begynn på nytt
key-choose-left = velg
key-choose-right = velg neste
key-make-link = lag lenken
key-copy = kopier
key-email = e-post
key-qr-full = stor QR
key-change = endre
key-cancel = kanseller
key-drop = dropp
key-again = selg igjen
key-open-page = åpne i nettleseren
key-copy-mail = kopier e-posten
key-qr-level = QR mot gjenskinn
key-qr-drawing = QR i blokker
key-settle = ordnet
key-alarms = trenger deg
key-play-open = kunden åpner
key-play-pay = kunden betaler
key-play-decline = kunden avslår
key-to-dashboard = start
key-filter = filter
key-show-all = vis alle
key-yes = ja
key-no = nei

## Kommandolinjen
cli-internal = Noe er ødelagt: «{ $what }»
cli-internal-hint = Ingenting er tapt: det som skulle sendes, ligger i utboksen. Meld gjerne fra.
cli-report = Rapporten er { $path }
cli-no-report = Rapporten kunne ikke skrives: { $what }
cli-panic = paylink stoppet på grunn av en feil i programmet. Rapporten er { $path }
cli-panic-no-report = paylink stoppet på grunn av en feil i programmet. Rapporten kunne ikke skrives: { $what }
cli-stdout = Kan ikke skrive til standard ut: { $what }
cli-no-config = Ikke logget inn: det er ingen konfigurasjon i { $path }
cli-no-config-hint = Kjør `paylink login`, eller prøv `paylink demo`
cli-no-home-hint = Oppgi stedene med --config og --data-dir, eller sett HOME
cli-given-hint = `paylink config check` viser hvilke profiler som finnes
cli-config-hint = Rett det i filen; config.example.toml forklarer hver nøkkel
cli-reference-used = Referansen { $reference } er i bruk på en åpen eller betalt lenke
cli-reference-used-hint = Velg en annen, eller bruk --allow-duplicate-reference
cli-data-folder-hint = Velg en annen mappe med --data-dir
cli-newer-hint = Installer nyeste versjon av paylink

# What is wrong with the ledger's file or folder, said after its name.
ledger-not-writable = kan ikke skrives til
ledger-no-permission = kan ikke brukes: du har ikke lov til å skrive der
ledger-read-only-disk = kan ikke skrives til: disken er skrivebeskyttet
ledger-full = kan ikke skrives til: disken er full
ledger-not-a-folder = er ikke en mappe
ledger-is-a-folder = er en mappe der det skulle vært en fil
ledger-not-there = finnes ikke
ledger-cant-make = kan ikke opprettes der
ledger-not-ours = er ingen paylink-database, eller ingenting i den kan leses
ledger-foreign = er databasen til et annet program
ledger-damaged = er skadet
ledger-cant-open = kan ikke åpnes
ledger-io = kan ikke brukes: disken melder feil under lesing eller skriving
ledger-locked = har vært låst av et annet program i flere sekunder
ledger-in-use = er i bruk av en annen paylink
ledger-exists = finnes allerede
ledger-has-more = har { $links } lenker, langt flere enn de { $fewer } som ville tatt plassen deres
ledger-system = kan ikke brukes: { $what }
# What to do about it.
ledger-do-rights = Gi deg selv lov til å skrive der, eller velg en annen mappe med --data-dir
ledger-do-room = Rydd plass og prøv igjen
ledger-do-move = Flytt den bort
ledger-do-name = Sjekk at navnet er riktig
ledger-do-backup = Flytt den bort, eller sett inn en sikkerhetskopi med `paylink restore FILE`
ledger-do-start = Lukk alle paylink-vinduer og start på nytt: den skadede filen beholdes, og det som kan leses, reddes
ledger-do-disk = Lagre filene dine et annet sted og få disken sjekket
ledger-do-close = Lukk det programmet og prøv igjen
ledger-do-close-all = Lukk alle andre paylink-vinduer og prøv igjen
ledger-do-other-name = Velg et annet navn, eller bruk --force
ledger-trouble = Registeret: «{ $said }»

# Backups, and what happened to a ledger.
backup-more-hint = Velg et annet filnavn, så begge kopiene blir tatt vare på. Skriv --force to ganger for å overskrive den likevel
backup-is-no-copy = { $file } finnes fra før og er ingen sikkerhetskopi av et paylink-register: den blir ikke overskrevet
backup-is-no-copy-hint = Velg en annen fil
backup-of-unwritable = { $why }. Ingenting kan lagres der nå; det som står der, kopieres
cli-backup-done =
    { $count ->
        [one] Kopierte { $count } lenke til { $file }
       *[other] Kopierte { $count } lenker til { $file }
    }
cli-restore-what =
    { $count ->
        [one] { $file } har { $count } lenke, fra { $newest }. Registeret som er i bruk, har { $now }; det som er nyere der, beholdes.
       *[other] { $file } har { $count } lenker, den nyeste fra { $newest }. Registeret som er i bruk, har { $now }; det som er nyere der, beholdes.
    }
cli-restore-missing =
    { $count ->
        [one] { $count } av dem er ikke i sikkerhetskopien: { $references }. Den blir med over.
       *[other] { $count } av dem er ikke i sikkerhetskopien: { $references }. De blir med over.
    }
cli-restore-lost =
    { $count ->
        [one] { $count } av dem er ikke i sikkerhetskopien, kan ikke leses og vil ikke følges lenger: { $references }.
       *[other] { $count } av dem er ikke i sikkerhetskopien, kan ikke leses og vil ikke følges lenger: { $references }.
    }
cli-restore-carried =
    { $count ->
        [one] { $count } lenke som ikke var i den, ble med over fra det gamle registeret: { $references }
       *[other] { $count } lenker som ikke var i den, ble med over fra det gamle registeret: { $references }
    }
cli-restore-gone =
    { $missing ->
        [one] { $missing } lenke i det gamle registeret var ikke i sikkerhetskopien, kan ikke leses og følges ikke lenger: { $references }
       *[other] { $missing } lenker i det gamle registeret var ikke i sikkerhetskopien, kan ikke leses og følges ikke lenger: { $references }
    }
cli-restore-gone-hint = Kundene kan fortsatt betale dem: slå dem opp hos betalingstjenesten før du selger det samme på nytt
cli-restore-waiting =
    { $count ->
        [one] { $count } forespørsel venter i det og blir ikke sendt: { $references }.
       *[other] { $count } forespørsler venter i det og blir ikke sendt: { $references }.
    }
cli-restore-not-sent =
    { $count ->
        [one] { $count } forespørsel ventet i det gamle registeret og blir ikke sendt nå: { $references }
       *[other] { $count } forespørsler ventet i det gamle registeret og blir ikke sendt nå: { $references }
    }
backup-not-ours = { $file } er ingen sikkerhetskopi av et paylink-register, eller ingenting i den kan leses
backup-damaged = { $file } er skadet: ikke alt i den kan leses
backup-is-the-ledger = { $file } er selve registeret
backup-is-a-folder = { $file } er en mappe, ikke en sikkerhetskopi
backup-not-there = Filen { $file } finnes ikke
backup-hint = Ingenting ble byttet ut. Velg en annen sikkerhetskopi
backup-no-folder = Mappen { $folder } finnes ikke
backup-elsewhere-hint = Lag den, eller velg et annet sted for sikkerhetskopien
cli-restore-newer = Registeret som er i bruk, er fra en nyere versjon av paylink: det som er mer i det enn denne kjenner, vises ikke her, og blir beholdt med det.
cli-restore-ask = Bytte det ut? (ja/nei)
cli-restore-word = ja
cli-restore-yes = Bruk --yes for å bytte det ut; det gamle registeret beholdes under et annet navn
cli-restore-changed = Noe kom til i registeret som er i bruk, i mellomtiden. Ingenting er byttet ut ennå.
cli-restore-not = Ingenting ble byttet ut
cli-restore-done =
    { $count ->
        [one] Hentet { $count } lenke fra { $file }. Lenker som kan være sendt siden, slås opp før noe sendes.
       *[other] Hentet { $count } lenker fra { $file }. Lenker som kan være sendt siden, slås opp før noe sendes.
    }
cli-restore-unreadable = Det som ble solgt, kan ikke leses for { $references }: paylink følger den ikke
cli-restore-kept = Registeret som var i bruk, er beholdt som { $kept }
cli-rescue-restored = En sikkerhetskopi tok registerets plass; det gamle registeret er beholdt som { $kept }.
cli-rescue-whole =
    { $saved ->
        [one] Registeret var skadet. Alt ble reddet: { $saved } lenke. Den skadede filen er beholdt som { $kept }.
       *[other] Registeret var skadet. Alt ble reddet: { $saved } lenker. Den skadede filen er beholdt som { $kept }.
    }
cli-rescue-gaps =
    { $saved ->
        [one] Registeret var skadet. { $saved } lenke ble reddet; noe annet kan ikke leses, kanskje flere lenker. Den skadede filen er beholdt som { $kept }.
       *[other] Registeret var skadet. { $saved } lenker ble reddet; noe annet kan ikke leses, kanskje flere lenker. Den skadede filen er beholdt som { $kept }.
    }
cli-rescue-lost =
    { $saved ->
        [one] Registeret var skadet. { $saved } lenke ble reddet, { $lost } kan ikke leses. Den skadede filen er beholdt som { $kept }.
       *[other] Registeret var skadet. { $saved } lenker ble reddet, { $lost } kan ikke leses. Den skadede filen er beholdt som { $kept }.
    }
cli-rescue-lost-named =
    { $saved ->
        [one] Registeret var skadet. { $saved } lenke ble reddet, { $lost } kan ikke leses: { $references }. Den skadede filen er beholdt som { $kept }.
       *[other] Registeret var skadet. { $saved } lenker ble reddet, { $lost } kan ikke leses: { $references }. Den skadede filen er beholdt som { $kept }.
    }
cli-rescue-money = Trekk, annullering eller refusjon kan være gjort eller ikke gjort for { $references }: se på betalingen, og be om det på nytt.
cli-unreachable-hint = Prøv igjen når det er forbindelse; det som skulle sendes, ligger i utboksen
cli-unknown-hint = `paylink show` og `paylink list` finner det ut; send aldri det samme salget på nytt før det
cli-not-signed-in = Ikke logget inn: det er ingen klienthemmelighet, eller klient-id og hemmelighet godtas ikke
cli-not-signed-in-hint = Kjør `paylink login`, eller sett PAYLINK_CLIENT_SECRET
cli-forbidden-hint = Be betalingstjenesten åpne for det; `paylink doctor` sier mer
cli-refused-hint = Rett opp det som er galt, og prøv igjen
cli-refused-again-hint = Rett opp det som er galt; `paylink outbox send REF` sender så det samme på nytt
cli-forbidden-again-hint = Be betalingstjenesten åpne for det (`paylink doctor` sier mer); `paylink outbox send REF` sender så det samme på nytt
cli-refused-lost-hint = Et tidligere forsøk kan ha nådd kunden: spør «Har du fått en melding med en betalingslenke?» før du lager en ny. paylink leter etter det; `paylink show REF` viser hva det finner
cli-untrusted-hint = Se over api_url, checkout_url og link_hosts i konfigurasjonen
cli-foreign-message-hint = En melding med den adressen kan ha nådd kunden: be kunden om ikke å bruke den. Se så over api_url, checkout_url og link_hosts i konfigurasjonen
cli-warning = Advarsel: { $what }
cli-config-good = { $path } er i orden; profil { $profile }
cli-config-data = Register og logg: { $path }
cli-item = --item { $position } ({ $item }): { $field }: { $what }
cli-item-hint = En linje er BESKRIVELSE;ANTALL;PRIS[;MVA_PROSENT], for eksempel 'Vaffel;2;45.00;15'
cli-item-form = det trengs tre eller fire felt med ; mellom
cli-field-item = linje
cli-field-description = beskrivelse
cli-field-quantity = antall
cli-field-price = pris
cli-field-vat = mva
cli-field-amount = beløp
cli-address = --address: { $what }
cli-address-hint = En adresse er 'Navn;Gate;Postnummer;Sted;NO'
cli-address-form = det trengs fire eller fem felt med ; mellom
cli-option = { $option } { $given }: { $what }
cli-option-private = { $option }: { $what }
cli-option-hint = `paylink { $command } --help` viser formene
cli-method-unknown = --method { $method }: ingen betalingsmåte heter det
cli-method-not-offered = --method { $method } er ikke blant betalingsmåtene i konfigurasjonen
cli-method-not-in-profile = --method { $method }: betalingsprofilen har ingen slik betalingsmåte slått på
cli-method-no-type = --method { $method }: det er ikke kjent hvilken type på kontoen dette står for
cli-method-profile-hint = `paylink doctor` sier hva profilen har; en type som dintero_psp.vipps kan navngis i methods
cli-method-hint = Bruk vipps, card, mobilepay, swish, klarna, applepay, googlepay, clicktopay, invoice, en type som dintero_psp.vipps, eller all
cli-id = id { $id }
cli-id-session = sesjon { $id }
cli-id-transaction = transaksjon { $id }
cli-label-link = Lenke
cli-label-to = Levering
cli-label-methods = Betaling
cli-label-made = Laget
cli-label-expires = Frist
cli-label-capture = Penger
cli-label-kept = Refusjon
cli-label-reason = Grunn
cli-label-alarm = ALARM!
cli-alarm-twice = { $alarm }: `paylink refund { $id }` refunderer den ene, kjør så `paylink settle { $id }`
cli-alarm-replaced = { $alarm }: `paylink cancel { $other }` trekker den tilbake; kjør `paylink settle { $id }` hvis den skal bli stående
cli-capture-auto = trekkes når det betales
cli-capture-later = reservert til de trekkes
cli-total = Å betale { $amount }, herav mva { $vat }
cli-address-by-customer = Kunden fyller inn adressen
cli-methods-all = Alle på kontoen
cli-channel-sms = SMS til
cli-channel-push = Push til
cli-channel-email = E-post til
cli-channel-link = Vises eller kopieres her
cli-head-reference = Referanse
cli-head-state = Status
cli-head-amount = Beløp
cli-head-made = Laget
cli-head-to = Til
cli-head-what = Hva
cli-sandbox-account = konto { $account }, klient { $client }, hemmelighet { $secret }
cli-sandbox-phone = kundens telefon: { $url }/sandbox
cli-sandbox-listen-hint = Velg en annen adresse med --listen; port 0 tar en ledig
cli-sandbox-data-hint = Velg en annen fil med --data
cli-login-written = { $path } er skrevet
cli-login-done = Logget inn som { $account }; hemmeligheten ligger i systemets nøkkelring
cli-login-default = paylink starter med profilen { $profile } fra nå av
cli-login-added = Start med den: paylink --profile { $profile }
cli-logout-done = Hemmeligheten til { $account } er borte fra nøkkelringen
cli-logout-nothing = Nøkkelringen hadde ingen hemmelighet for { $account }
cli-logout-hint = Det er ingenting å glemme i den; se på PAYLINK_CLIENT_SECRET og client_secret_command
cli-keyring = Hemmeligheten ligger ikke i nøkkelringen: { $what }
cli-keyring-hint = Uten nøkkelring kan hemmeligheten komme fra PAYLINK_CLIENT_SECRET eller client_secret_command
cli-login-differs = { $option } er noe annet enn i konfigurasjonen
cli-login-differs-hint = Endre konfigurasjonen, eller velg en annen profil eller fil med --profile eller --config
cli-login-sandbox = Denne profilen er sandkassen: ingen logger inn i den
cli-login-sandbox-hint = For en konto, gi en ny profil et navn: `paylink login --profile butikk`
cli-login-value = { $option }: { $what }
cli-login-hint = `paylink login --help` viser hva som trengs
cli-login-missing = mangler, og det er ingen å spørre
cli-profile-name = bokstaver, sifre, - og _, høyst 40
cli-ask-account = Konto (T eller P og åtte sifre):
cli-ask-client = Klient-id:
cli-ask-secret = Klienthemmelighet (vises ikke):
cli-ask-return = Hvor kunden kommer etter betaling, en https-adresse (tomt: kassen):
cli-no-secret = Det er ingen klienthemmelighet
cli-no-secret-hint = Skriv den inn, eller send den inn med --secret-stdin
cli-write-exists-hint = Se på den med `paylink config check`
cli-write-hint = Velg et annet sted med --config
cli-no-secret-because = Ikke logget inn: { $why }
cli-clock-behind = Klokken på denne maskinen går { $span } etter betalingstjenestens: tider den viser, kan være feil
cli-clock-ahead = Klokken på denne maskinen går { $span } foran betalingstjenestens: tider den viser, kan være feil
cli-gone =
    { $count ->
        [one] Betalingstjenesten kjenner ikke denne lenken lenger: { $references }. Det som er kjent her, vises
       *[other] Betalingstjenesten kjenner ikke disse { $count } lenkene lenger: { $references }. Det som er kjent her, vises
    }
cli-waiting =
    { $count ->
        [one] { $count } forespørsel venter i utboksen; neste forsøk { $when }
       *[other] { $count } forespørsler venter i utboksen; neste forsøk { $when }
    }
cli-strange-answer = Ikke oppdatert: betalingstjenestens svar om { $references } lar seg ikke lese ({ $why }). Det som er kjent her, vises
cli-not-reached = Ikke oppdatert: { $why }. Det som er kjent her, vises
cli-shown-only = { $why }. Ingenting kan lagres eller sendes nå; det som står der, vises
cli-no-such-link = Det finnes ingen lenke { $ref }
cli-no-such-link-hint = `paylink list` viser alle
cli-near = Ligner: { $near }
cli-several-links = { $ref } er navnet på { $count } lenker: { $links }
cli-several-links-hint = Oppgi id-en til den du mener
cli-not-mobile = { $phone } er ikke et mobilnummer; det tar kanskje ikke imot meldinger
cli-expires-months = --expires { $given } er { $count } måneder: den kan betales til { $moment }. Minutter skrives { $count }min
cli-queued = { $reference } er ikke sendt ennå: den ligger i utboksen, ingenting er tapt
cli-queued-because = { $reference } er ikke sendt ennå ({ $why }): den ligger i utboksen, ingenting er tapt
cli-being-sent = { $reference }: en annen paylink er i ferd med å sende den
cli-being-sent-hint = `paylink show REF` sier hvordan det går
cli-queued-hint = Den går ut med neste paylink-kommando eller appen, når det er forbindelse
cli-queued-later-hint = Neste forsøk er kl. { $time }: appen gjør det av seg selv, ellers den første paylink-kommandoen etter det
cli-kept-back = { $reference } ligger i utboksen og er ikke sendt, slik --offline ber om
cli-kept-back-hint = `paylink outbox send REF` sender den, eller neste paylink-kommando eller appen gjør det
cli-not-allowed-hint = Den blir i utboksen og går ut når det er ordnet; se `paylink doctor`
cli-uncertain = { $reference } er kanskje sendt
cli-uncertain-because = { $reference } er kanskje sendt ({ $why })
cli-decide-hint = Spør kunden: «Har du fått en melding med en betalingslenke?» Hvis ja, vent; hvis nei, `paylink outbox send REF`, eller `paylink outbox drop REF` gir den opp
cli-decide-hint-given = Spør kunden: «Har du fått en betalingslenke for dette?» Hvis ja, vent; hvis nei, `paylink outbox send REF`, eller `paylink outbox drop REF` gir den opp
cli-overdue-expired = { $reference } ble ikke sendt: betalingsfristen er ute
cli-overdue-old = { $reference } ble ikke sendt: den har ventet lenge, og kunden kan ha gått
cli-overdue-hint = `paylink outbox send REF` sender den likevel, `paylink outbox drop REF` gir den opp
cli-money-not-possible =
    { $kind ->
        [capture] { $reference }: ingen penger kan trekkes, for betalingen er «{ $state }»
        [void] { $reference }: det er ingen reservasjon å annullere, for betalingen er «{ $state }»
        [refund] { $reference }: ingen penger kan refunderes, for betalingen er «{ $state }»
       *[other] { $reference } kan ikke kanselleres: den er «{ $state }»
    }
cli-refund-too-much = { $reference }: { $wanted } er mer enn de { $left } som er beholdt
cli-capture-too-much = { $reference }: { $wanted } er mer enn de { $left } som fortsatt er reservert
cli-too-much-hint = Ingenting ble sendt. Uten --amount gjelder det alt som er igjen
cli-money-failed =
    { $kind ->
        [capture] { $reference }: betalingstjenesten prøvde å trekke pengene, men det mislyktes
        [void] { $reference }: betalingstjenesten prøvde å annullere reservasjonen, men det mislyktes
        [refund] { $reference }: betalingstjenesten prøvde å refundere pengene, men det mislyktes
       *[other] { $reference }: betalingstjenesten prøvde å kansellere lenken, men det mislyktes
    }
cli-money-waiting =
    { $kind ->
        [capture] { $reference }: pengene er ikke trukket ennå. Forespørselen ligger i utboksen; ingenting er tapt
        [void] { $reference }: reservasjonen er ikke annullert ennå. Forespørselen ligger i utboksen; ingenting er tapt
        [refund] { $reference }: pengene er ikke refundert ennå. Forespørselen ligger i utboksen; ingenting er tapt
       *[other] { $reference }: lenken er ikke kansellert ennå. Forespørselen ligger i utboksen; ingenting er tapt
    }
cli-money-waiting-because =
    { $kind ->
        [capture] { $reference }: pengene er ikke trukket ennå ({ $why }). Forespørselen ligger i utboksen; ingenting er tapt
        [void] { $reference }: reservasjonen er ikke annullert ennå ({ $why }). Forespørselen ligger i utboksen; ingenting er tapt
        [refund] { $reference }: pengene er ikke refundert ennå ({ $why }). Forespørselen ligger i utboksen; ingenting er tapt
       *[other] { $reference }: lenken er ikke kansellert ennå ({ $why }). Forespørselen ligger i utboksen; ingenting er tapt
    }
cli-money-behind =
    { $kind ->
        [capture] { $reference }: pengene er ikke trukket ennå: en annen paylink holder på med det, eller en forespørsel foran går først. Forespørselen ligger i utboksen; ingenting er tapt
        [void] { $reference }: reservasjonen er ikke annullert ennå: en annen paylink holder på med det, eller en forespørsel foran går først. Forespørselen ligger i utboksen; ingenting er tapt
        [refund] { $reference }: pengene er ikke refundert ennå: en annen paylink holder på med det, eller en forespørsel foran går først. Forespørselen ligger i utboksen; ingenting er tapt
       *[other] { $reference }: en annen paylink er i ferd med å kansellere lenken. Forespørselen ligger i utboksen; ingenting er tapt
    }
cli-money-waiting-hint = Det går videre av seg selv; `paylink outbox` viser det, `paylink outbox send REF` prøver nå
cli-money-in-progress =
    { $kind ->
        [capture] { $reference }: betalingstjenesten har sagt ja til å trekke pengene og holder på
        [void] { $reference }: betalingstjenesten har sagt ja til å annullere reservasjonen og holder på
        [refund] { $reference }: betalingstjenesten har sagt ja til å refundere pengene og holder på
       *[other] { $reference }: betalingstjenesten har sagt ja til å kansellere lenken og holder på
    }
cli-money-no-end =
    { $kind ->
        [capture] { $reference }: det er ikke kjent om pengene ble trukket: { $why }
        [void] { $reference }: det er ikke kjent om reservasjonen ble annullert: { $why }
        [refund] { $reference }: det er ikke kjent om pengene ble refundert: { $why }
       *[other] { $reference }: det er ikke kjent om lenken ble kansellert: { $why }
    }
cli-money-no-end-hint = Spør betalingstjenesten hva det ble til; `paylink outbox drop REF` slutter å følge det, og det kan fortsatt bli utført
cli-money-unknown =
    { $kind ->
        [capture] { $reference }: pengene kan ha blitt trukket, eller ikke
        [void] { $reference }: reservasjonen kan ha blitt annullert, eller ikke
        [refund] { $reference }: pengene kan ha blitt refundert, eller ikke
       *[other] { $reference }: lenken kan ha blitt kansellert, eller ikke
    }
cli-money-unknown-because =
    { $kind ->
        [capture] { $reference }: pengene kan ha blitt trukket, eller ikke ({ $why })
        [void] { $reference }: reservasjonen kan ha blitt annullert, eller ikke ({ $why })
        [refund] { $reference }: pengene kan ha blitt refundert, eller ikke ({ $why })
       *[other] { $reference }: lenken kan ha blitt kansellert, eller ikke ({ $why })
    }
cli-money-unknown-hint = Det undersøkes, og gjentas aldri i blinde; `paylink outbox send REF` ser etter nå
cli-money-not-known = { $reference }: betalingstjenesten kan ikke spørres nå ({ $why }), så det er ikke kjent om den er betalt. Ingenting ble sendt, og ingenting venter på å bli sendt
cli-money-not-known-hint = Be om det på nytt når `paylink show REF` er oppdatert
cli-money-another = { $reference }: en annen forespørsel om disse pengene ligger allerede i utboksen
cli-money-another-hint = `paylink outbox` viser den: send den eller dropp den først
cli-money-done-before = { $reference }: dette ble det bedt om før, og det er utført. Ingenting mer ble sendt; be om det på nytt for å gjøre det en gang til
cli-money-dropped = { $reference }: dette ble droppet fra utboksen før det ble utført. Ingenting ble gjort
cli-money-dropped-hint = Be om det på nytt hvis det skal gjøres likevel
cli-money-dropped-perhaps = { $reference }: dette ble droppet fra utboksen, og kan fortsatt bli utført: betalingstjenesten har sagt ja til det
cli-money-dropped-unreadable = { $reference }: dette ble droppet fra utboksen. Det kan ikke leses hva som ble bedt om, så det kan være utført
cli-money-lost = { $reference }: dette er ikke i utboksen lenger, og hva det ble til, er ikke kjent
cli-money-lost-hint = Ingenting ble sendt på nytt. `paylink show REF` viser hvordan betalingen står; be om det på nytt bare hvis den viser at det ikke ble gjort
cli-withdrawn = { $reference } ble kansellert i mellomtiden
cli-dropped-hint = Den ble kansellert av en annen kommando eller i et annet vindu. Lag den på nytt hvis den fortsatt trengs
cli-not-paid = { $reference } er ikke betalt: { $state }
cli-time-up = Tiden er ute, og { $reference } er ikke betalt: { $state }
cli-not-paid-known = Så vidt vites er { $reference } ikke betalt: { $state }
cli-time-up-known = Tiden er ute, og så vidt vites er { $reference } ikke betalt: { $state }
cli-not-paid-hint = `paylink watch REF` følger videre
cli-state-unknown = --state { $state }: ingen lenke har den statusen
cli-state-hint = Statusene er { $known }
cli-list-unreadable = Det som ble solgt, kan ikke leses for { $references }: mangler i denne listen
cli-list-empty = Ingen slike lenker
cli-perhaps-sent = { $reference } er lagret og kan være sendt, men hvordan det gikk, kunne ikke skrives ned: { $why }
cli-perhaps-sent-hint = Ikke be om det på nytt: `paylink show REF` sier hvordan det står når databasen kan brukes igjen
cli-alarm-since = Et nytt varsel kom akkurat nå og blir stående: se `paylink show`, rydd opp, og kjør så `paylink settle REF`
cli-left-waiting =
    { $count ->
        [one] { $count } forespørsel venter. Den går ut mens paylink er åpen, eller med neste paylink-kommando
       *[other] { $count } forespørsler venter. De går ut mens paylink er åpen, eller med neste paylink-kommando
    }
cli-undecided =
    { $count ->
        [one] { $count } forespørsel venter på din avgjørelse
       *[other] { $count } forespørsler venter på din avgjørelse
    }
cli-undecided-hint = `paylink outbox` viser hva som venter, og hva det spørres om
cli-alarmed =
    { $count ->
        [one] { $count } lenke utenfor denne listen har et varsel: { $references }
       *[other] { $count } lenker utenfor denne listen har varsler: { $references }
    }
cli-alarmed-hint = `paylink show REF` viser hva som skjedde; kjør `paylink settle REF` når det er ordnet
cli-cancel-ended = { $reference } kan ikke kanselleres, for den er avsluttet allerede: { $state }
cli-cancel-ended-hint = `paylink show REF` viser hva som har skjedd med den
cli-cancel-money = { $reference } kan ikke kanselleres, for kundens penger er reservert eller trukket: { $state }
cli-cancel-money-hint = Annuller eller refunder betalingen i stedet
cli-cancel-later = { $reference } er ikke kansellert ennå og kan fortsatt betales ({ $why })
cli-cancel-perhaps = { $reference } kan være kansellert eller ikke ({ $why })
cli-cancel-later-hint = Kanselleringen ligger i utboksen og prøves igjen av seg selv
cli-qr-ended = { $reference } kan ikke betales lenger: { $state }
cli-qr-none = { $reference } har ingen adresse å vise ennå: { $state }
cli-qr-none-hint = `paylink outbox send REF` prøver å sende den nå
cli-file = { $path } kan ikke skrives: { $what }
cli-file-hint = Velg en annen fil
cli-outbox-create = lage lenken
cli-outbox-cancel = kansellere lenken
cli-outbox-capture = trekke beløpet
cli-outbox-void = annullere reservasjonen
cli-outbox-refund = refundere
cli-outbox-look = lete etter den tapte lenken
cli-outbox-expired = fristen er ute: venter på deg
cli-outbox-old = har ventet lenge: venter på deg
cli-outbox-tries =
    { $count ->
        [one] forsøkt én gang
       *[other] forsøkt { $count } ganger
    }
cli-outbox-decide = venter på deg
cli-outbox-doubt = kan være utført, slås opp
cli-send-nothing = Ingenting for { $reference } venter på å bli sendt
cli-drop-not = { $reference } ligger ikke i utboksen: { $state }
cli-drop-hint = `paylink cancel REF` kansellerer en lenke som er sendt
cli-drop-look = { $reference } er { $state }; det som venter, er søket etter en lenke som kom bort, og det droppes ikke
cli-drop-look-hint = Det slutter av seg selv, når lenken er funnet eller ingen lenger kan betale med den
cli-given-up = { $reference } er gitt opp, og kan ha blitt laget: har kunden en lenke, blir den søkt etter og trukket tilbake, eller du får beskjed når den er betalt
cli-given-up-hint = Spør kunden før du selger det samme igjen
cli-drop-dropped = { $reference }: droppet fra utboksen: { $what }
cli-drop-still = { $reference }: fortsatt i utboksen: { $what }
cli-drop-carried-out = { $reference }: dette kan ikke droppes lenger, for det er utført: { $state }
cli-drop-cancel-perhaps = { $reference }: kanselleringen ble droppet fra utboksen, og kan fortsatt bli utført

## paylink doctor
doctor-needs-config = trenger en konfigurasjon
doctor-needs-secret = trenger en klienthemmelighet
doctor-needs-backend = trenger betalingstjenesten
doctor-needs-credentials = trenger gyldig innlogging
doctor-secret = funnet: { $origin }
doctor-secret-file-hint = `paylink login` flytter den til nøkkelringen
doctor-keyring-has = virker, og har hemmeligheten til denne profilen
doctor-keyring-empty = virker, og har ingen hemmelighet for denne profilen
doctor-reached = { $url } svarer
doctor-unreachable-hint = Sjekk forbindelsen, og deretter api_url i konfigurasjonen
doctor-signed-in = logget inn som { $account }
doctor-clock = avviker mindre enn ett minutt fra betalingstjenestens
doctor-clock-behind = { $span } etter betalingstjenestens
doctor-clock-ahead = { $span } foran betalingstjenestens
doctor-clock-hint = Still klokken på denne maskinen, eller la nettet gjøre det
doctor-profile = { $profile } har { $types }
doctor-profile-lacks = { $method } står i konfigurasjonen, men ikke i betalingsprofilen
doctor-profile-lacks-hint = Ta den ut av methods, eller få den slått på
doctor-profile-unknown = betalingsprofilen kan ikke leses: { $why }
doctor-profile-unknown-hint = Kortnavn betyr Dinteros vanlige typer; skriv selve typene i methods hvis dine er andre
doctor-data = { $path } er i orden
doctor-data-hint = Andre på maskinen kan lese den; ta rettighetene fra dem
doctor-unreadable = Det som ble solgt, kan ikke leses for { $references }: paylink følger den ikke
doctor-unreadable-hint = Se på den hos betalingstjenesten, eller sett inn en sikkerhetskopi med `paylink restore FILE`
doctor-rescue-hint = Den gamle filen er beholdt: slett den når du er sikker på at du ikke trenger den
doctor-outbox-empty = ingenting venter
doctor-outbox =
    { $count ->
        [one] { $count } forespørsel venter på å bli sendt
       *[other] { $count } forespørsler venter på å bli sendt
    }
doctor-outbox-undecided = { $count } i utboksen, { $undecided } av dem venter på din avgjørelse
doctor-outbox-hint = `paylink outbox` viser dem
doctor-alarms-none = ingen
doctor-alarms-hint = Rydd opp, og kjør så `paylink settle REF`
doctor-no-terminal = standard ut er ingen terminal
doctor-terminal = { $columns } x { $rows }, { $colors } farger, { $term }
doctor-terminal-small = Appen trenger minst 80 x 24
doctor-terminal-dumb = TERM sier at denne terminalen ikke kan tegne; kommandoene virker
doctor-terminal-utf8 = Språkinnstillingen er ikke UTF-8: QR-koden og bokstaver som æ vises kanskje ikke
## E-posten til kunden
mail-subject = Betalingslenke fra { $merchant }: { $amount }
mail-text =
    Hei!

    Her er lenken for å betale { $amount } til { $merchant }:

    { $url }

    Ordre: { $reference }
    Lenken virker til { $until }.

    Vennlig hilsen
    { $merchant }

## Rammen rundt alle skjermer
too-small = Vinduet er for lite: { $columns }×{ $rows }. paylink trenger { $least_columns }×{ $least_rows }; 80×24 er godt.
header-online = tilkoblet
header-offline = uten nett
header-sign-in-page = nettinnlogging?
header-certificate = feil sertifikat
header-signed-out = ikke logget inn
header-sandbox = SANDBOX
header-unwritable = lagrer ikke
header-waiting = ↑ { $count } venter
header-alarms =
    { $count ->
        [one] ! { $count } varsel
       *[other] ! { $count } varsler
    }
step-start = Start
step-payment = Betaling
step-products = Varer
step-order = Ordre
step-delivery = Levering

## Meldinger nederst på skjermen
toast-copied = Kopiert.
toast-copied-by-terminal = Sendt til terminalens utklippstavle.
toast-mail-opened = E-postprogrammet er åpnet med e-posten.
toast-no-mail-program = Fant ikke noe e-postprogram. m kopierer teksten.
toast-mail-copied = E-postteksten er kopiert.
toast-no-browser = Fant ingen nettleser.
toast-line-removed = Linjen er fjernet. Ctrl-Z henter den tilbake.
toast-line-back = Linjen er tilbake.
toast-nothing-to-undo = Ingenting å hente tilbake.
toast-paste-too-long = { $lines } linjer er for mange: ingenting ble limt inn.
toast-too-many-lines = En ordre kan ikke ha flere linjer.
toast-text-cut = Teksten var for lang: resten ble kuttet.
toast-not-taken-back = { $reference } sendes akkurat nå, og er ikke endret. Se hva det blir til.
toast-went-out = { $reference } ble sendt i mellomtiden: kunden kan betale den
toast-mail-waits = { $reference } er laget. Åpne den for å sende e-posten.
toast-paid = { $reference } er betalt!
toast-paid-more = { $reference } og { $more } til er betalt!
toast-alarm = { $reference }: { $alarm }! Åpne den.
toast-ended = { $reference }: { $state }
toast-waited-done =
    { $kind ->
        [capture] { $reference }: pengene er trukket.
        [void] { $reference }: reservasjonen er annullert.
        [refund] { $reference }: pengene er refundert.
       *[other] { $reference } er kansellert.
    }
toast-cancel-dropped = { $reference }: kanselleringen ble droppet fra utboksen. Lenken ble ikke kansellert.
toast-waited-also = { $said } Også droppet: { $what }.
toast-waited-busy = { $reference }: dette sendes akkurat nå. Prøv igjen om et øyeblikk.
toast-dropped = Forkastet. Den går ikke ut lenger.
toast-cancelled = Lenken er kansellert.
toast-has-money = Ikke kansellert: penger er reservert eller trukket.
toast-already-ended = Den var avsluttet allerede.
toast-later-answered = Ikke gjort ennå. Det prøves på nytt av seg selv.
toast-later-maybe = Det er ikke kjent ennå om det ble gjort.
toast-later = Ingen kontakt med betalingstjenesten. Det prøves på nytt av seg selv.
toast-message = Meldingen: { $status }
toast-cannot-play = Sandkassen sier: { $words }
toast-ledger = Registeret { $words }
toast-draft-cleared = Kladden er kastet.
toast-draft-resumed = Kladden din er tilbake. Ctrl-X begynner på nytt.
toast-taken-back = { $reference } venter ikke lenger på å bli sendt. Enter lager lenken slik den står her.
toast-no-address-yet = Lenken har ingen adresse ennå.
toast-not-payable = Denne lenken kan ikke betales nå, så den deles ikke ut.
toast-set-up-failed = Det gikk ikke: { $words }
toast-nothing-chosen = Det er ingen lenke å åpne.
toast-mend-first = Rett opp det som er merket først.
toast-another-sale = Kladden ble til { $reference } i mellomtiden. Enter sender dette også.
toast-reference-taken = Referansen ble tatt i bruk i mellomtiden: salget har fått en ny.

## Spørsmål
confirm-cancel = Kansellere lenken { $reference }?
confirm-cancel-means = Kunden kan ikke lenger betale med denne lenken.
confirm-cancel-paying = Kunden betaler akkurat nå. Kommer betalingen først, blir ingenting kansellert og pengene blir stående.
confirm-cancel-on-hold = Betalingen blir kontrollert. Blir den godkjent først, blir ingenting kansellert og pengene blir stående.
confirm-withdraw = Droppe { $reference }?
confirm-withdraw-means = Den er ikke sendt. Kunden får ingenting.
confirm-give-up = Gi opp { $reference }?
confirm-give-up-means = Den kan være sendt. Betalingstjenesten spørres først, og det som finnes der, kanselleres.
confirm-send-refused = Sende { $reference } én gang til?
confirm-send-refused-means = Den ble avvist, og kunden har ingenting. Har du solgt den på nytt siden, blir det to lenker for den.
confirm-send-late = Sende { $reference } nå?
confirm-send-late-expired = Betalingsfristen var ute før den kunne sendes. Den får like lang frist fra nå av.
confirm-send-late-old = Den har ventet i timevis. Kunden kan ha gått, eller ha betalt på en annen måte.
# Noe venter på å bli gjort med en lenke som er hos betalingstjenesten, og ville bli tatt ut av utboksen
confirm-drop =
    { $kind ->
        [capture] Droppe å trekke pengene for { $reference }?
        [void] Droppe å annullere reservasjonen for { $reference }?
        [refund] Droppe refusjonen for { $reference }?
       *[other] Droppe kanselleringen av { $reference }?
    }
confirm-drop-part =
    { $kind ->
        [refund] Droppe refusjonen på { $amount } for { $reference }?
       *[other] Droppe å trekke { $amount } for { $reference }?
    }
confirm-drop-not-sent = Forespørselen er ikke sendt. Den flytter ingen penger.
confirm-drop-cancel-not-sent = Kanselleringen er ikke sendt. Kunden kan fortsatt betale med denne lenken.
confirm-drop-perhaps = Det kan være utført. Betalingstjenesten spørres først: det som er utført, kan ikke droppes, og det som ikke kan avgjøres ennå, blir liggende i utboksen.
confirm-drop-cancel-perhaps = Kanselleringen kan være sendt, og kan fortsatt bli utført: da er lenken kansellert likevel.
confirm-drop-no-end = Betalingstjenesten sa ja til det for mer enn et døgn siden. Det kan fortsatt bli utført, og følges ikke lenger.
confirm-drop-unreadable = Det kan ikke leses hva som ble bedt om, så det kan være utført. Se på betalingen etterpå.
# What it means to say yes, and what waits behind it
confirm-drop-also = { $means } Droppes sammen med det: { $what }.
confirm-settle = Er { $reference } ordnet?
confirm-settle-means =
    { $count ->
        [one] Varselet vises ikke lenger. Svar ja når pengene er der de skal være.
       *[other] De { $count } varslene vises ikke lenger. Svar ja når pengene er der de skal være.
    }
confirm-change-over-draft = Kaste kladden og endre denne lenken?
confirm-send-again = Sende { $reference } på nytt?
confirm-send-again-means = Spør først: «Har du fått en melding med en betalingslenke?» I så fall får kunden to, og kan betale to ganger.
confirm-send-again-means-given = Spør først: «Har du fått en betalingslenke for dette?» I så fall får kunden to, og kan betale to ganger.
confirm-clear-draft = Kaste kladden?
confirm-clear-draft-means = Det som er skrevet i den, går tapt.
confirm-clear-waited-means = Den ventet på å bli sendt og ble tatt ut av køen for å endres. Da blir den ikke sendt, og det som er skrevet i den, går tapt.
confirm-again-over-draft = Kaste kladden og selge dette på nytt?

## Tabeller med lenker
links-state = Status
links-reference = Referanse
links-what = Hva
links-to = Til
links-amount = Beløp
links-when = Når
# Det som venter på å bli gjort med en lenke, i stedet for statusen
row-waits-cancel = skal kanselleres
row-waits-capture = skal trekkes
row-waits-void = skal annulleres
row-waits-refund = skal refunderes
row-doubt-capture = kanskje trukket
row-doubt-void = kanskje annullert
row-doubt-refund = kanskje refundert
row-progress-capture = trekkes nå
row-progress-void = annulleres nå
row-progress-refund = refunderes nå
row-asks-late = sen, spør deg
row-asks-doubt = usikker, spør deg
row-gone = ikke lenger kjent
# En del av pengene er betalt tilbake
row-returned = { $amount } refundert

## Steg 1: start
dashboard-paid = Betalt i dag
dashboard-outstanding = Utestående
dashboard-links =
    { $count ->
        [one] { $count } lenke
       *[other] { $count } lenker
    }
dashboard-reading = Åpner lenkene dine …
dashboard-empty = Ingen lenker ennå.
dashboard-empty-what = Trykk n for å lage den første.
dashboard-alarms =
    { $count ->
        [one] { $count } lenke trenger deg: trykk !
       *[other] { $count } lenker trenger deg: trykk !
    }
dashboard-decisions =
    { $count ->
        [one] { $count } lenke venter på at du bestemmer: trykk !
       *[other] { $count } lenker venter på at du bestemmer: trykk !
    }
dashboard-doubts =
    { $count ->
        [one] { $count } forespørsel kan være utført. Det slås opp før noe sendes på nytt.
       *[other] { $count } forespørsler kan være utført. Det slås opp før noe sendes på nytt.
    }
dashboard-waiting =
    { $count ->
        [one] { $count } forespørsel venter og sendes av seg selv.
       *[other] { $count } forespørsler venter og sendes av seg selv.
    }
dashboard-waiting-unwritable =
    { $count ->
        [one] { $count } forespørsel venter og sendes ikke så lenge ingenting kan lagres.
       *[other] { $count } forespørsler venter og sendes ikke så lenge ingenting kan lagres.
    }
dashboard-next-try = Neste forsøk { $time }.
dashboard-progress =
    { $count ->
        [one] { $count } forespørsel er under arbeid hos betalingstjenesten. Utfallet vises her.
       *[other] { $count } forespørsler er under arbeid hos betalingstjenesten. Utfallet vises her.
    }
waits-elsewhere =
    { $count ->
        [one] { $count } forespørsel venter for { $account }: start `paylink --profile { $profile }`
       *[other] { $count } forespørsler venter for { $account }: start `paylink --profile { $profile }`
    }
waits-elsewhere-unknown =
    { $count ->
        [one] { $count } forespørsel venter for { $account }, som ikke er i konfigurasjonen
       *[other] { $count } forespørsler venter for { $account }, som ikke er i konfigurasjonen
    }
dashboard-clock-behind = Klokken på denne maskinen går { $span } etter.
dashboard-clock-ahead = Klokken på denne maskinen går { $span } foran.
dashboard-unwritable = Lagrer ikke: registeret { $why }
dashboard-unwritable-do = Start paylink på nytt når det er rettet. Til da blir lenker bare vist.
dashboard-rescued =
    { $saved ->
        [one] Registeret var skadet: { $saved } lenke reddet, { $lost } tapt. Se `paylink doctor`.
       *[other] Registeret var skadet: { $saved } lenker reddet, { $lost } tapt. Se `paylink doctor`.
    }
dashboard-rescued-gaps =
    { $saved ->
        [one] Registeret var skadet: { $saved } lenke reddet. Se `paylink doctor`.
       *[other] Registeret var skadet: { $saved } lenker reddet. Se `paylink doctor`.
    }
dashboard-draft = En kladd venter: n fortsetter på den.
dashboard-taken-back = Tatt tilbake og ikke sendt: { $reference }. n fortsetter på den.

## Steg 2: betaling
payment-title = Hvordan kan kunden betale?
payment-all = Alle betalingsmåter
payment-sms = På telefon kommer lenken som SMS.
payment-push = På telefon kommer lenken som varsel i appen i stedet for SMS.
mistake-no-method = Huk av minst én betalingsmåte

## Steg 3: varer
products-description = Beskrivelse
products-quantity = Antall
products-price = Enhetspris
products-vat = Mva
products-amount = Beløp
products-new-line = ny linje
products-net = Netto
products-vat-rate = Mva { $rate }
products-vat-others = Andre satser
products-above = ↑ { $count } til
products-below = ↓ { $count } til
products-to-pay = Å betale

## Steg 4: ordre
order-reference = Referanse
order-reference-note = Står i utbetalingsrapporten. Tomt felt gir neste nummer.
order-reference-coming = Foreslås …
order-expiry = Betalingsfrist
order-expiry-day = 1 dag
order-expiry-week = 1 uke
order-expiry-month = 1 måned
order-expiry-minutes = 15 min
order-expiry-today = i dag
order-expiry-own = annen
order-expiry-text = Til
order-expiry-hint = 30 min, 4 t, 3 d, 2 u, 1 md, 20:00, 24.12.2026 18:00
order-expiry-wrong = Ikke et tidspunkt
order-valid-until = Til { $moment } ({ $away })
order-address = Adresse
order-address-none = ingen
order-address-express = kunden fyller ut
order-address-known = jeg har den
order-address-express-note = Kunden oppgir navn og adresse under betalingen.
order-country-note = NO, SE, DK …
order-capture = Pengene
order-capture-now = trekkes med en gang
order-capture-later = reserveres
order-capture-now-note = Beløpet trekkes så snart kunden har betalt.
order-capture-later-note = Beløpet er reservert til du trekker det, for eksempel når varene sendes.
mistake-reference-used = Brukes av en annen åpen eller betalt lenke

## Steg 5: levering
delivery-by = Send lenken med
delivery-sms = SMS
delivery-email = e-post
delivery-link = bare lenke eller QR
delivery-phone = Telefon
delivery-address = E-post
delivery-sms-note = Kunden får en SMS med lenken.
delivery-push-note = Kunden får et varsel i appen.
delivery-email-note = E-postprogrammet ditt åpnes med e-posten, klar til å sendes.
delivery-link-note = Lenken kopieres, og QR-koden vises her.
delivery-products = Varer
delivery-methods = Betaling
delivery-of-which-vat = herav mva { $vat }
delivery-submitting = Lager lenken …
mistake-phone-not-mobile = Ikke et mobilnummer: en SMS kommer kanskje ikke fram

## Lenken
link-reading = Leser …
link-more-lines = + { $count } til
link-paid = betalt
link-story-above = ↑ tidligere
link-story-below = ↓ senere
link-next-customer = Trykk n for neste kunde.
link-qr-later = QR-koden kommer når lenken er laget.
link-busy = …
link-alarm = { $alarm }! Ordne opp, og trykk !
link-alarm-twice = { $alarm }! Refunder den ene: { $command } i en annen terminal. Trykk så !
link-alarm-replaced = { $alarm }! Åpne den lenken og trekk den tilbake med x. Skal den bli stående, trykk ! her
link-decide = Spør kunden: «Har du fått en melding med en betalingslenke?» Hvis ja, vent. Hvis nei, sender s på nytt.
link-decide-given = Spør kunden: «Har du fått en betalingslenke for dette?» Hvis ja, vent. Hvis nei, sender s på nytt.
link-late-expired = Betalingsfristen var ute før den kunne sendes. s sender den med ny frist, r endrer den, x dropper den.
link-late-old = Den har ventet i timevis og er ikke sendt. s sender den likevel, r endrer den, x dropper den.
link-tried =
    { $count ->
        [one] forsøkt én gang
       *[other] forsøkt { $count } ganger
    }
link-next-try = neste forsøk kl. { $time }
# Det som kanskje er gjort: det slås opp, og når neste gang
link-next-look = slås opp igjen kl. { $time }
link-untried = ikke prøvd ennå
link-doubt-capture = Pengene kan være trukket; det slås opp, og ingenting sendes på nytt i blinde
link-doubt-void = Reservasjonen kan være annullert; det slås opp, og ingenting sendes på nytt i blinde
link-doubt-refund = Pengene kan være refundert; det slås opp, og ingenting sendes på nytt i blinde
link-waits-cancel = Kanselleringen venter
link-waits-capture = Trekket venter
link-waits-void = Annulleringen venter
link-waits-refund = Refusjonen venter
link-waits-look = En lenke som kom bort, letes etter: den trekkes tilbake, eller du får beskjed når den er betalt
# Det betalingstjenesten har tatt imot og arbeider med: hva · siden når · hva som skjer nå
link-progress-capture = Beløpet trekkes
link-progress-void = Reservasjonen annulleres
link-progress-refund = Beløpet refunderes
link-progress-no-end = ikke ferdig på over et døgn: x dropper det
waits-progress = under arbeid hos betalingstjenesten siden { $time }
waits-progress-next = spørres på nytt kl. { $time }, sendes aldri to ganger
waits-progress-looked-at = spørres ved neste oppdatering, sendes aldri to ganger
waits-progress-no-end = ikke ferdig på over et døgn: `paylink outbox drop REF` gir den opp
link-strange = Betalingstjenestens svar om denne lenken lar seg ikke lese: det som vises, er det som sist var kjent. Se på den på betalingstjenestens egne sider.
link-gone = Betalingstjenesten kjenner ikke denne lenken lenger: kunden kan ikke betale den, og det kommer ikke noe nytt om den. Sjekk med `paylink doctor` at kontoen er riktig; lag ellers salget på nytt.
link-capture = Kjør: { $command }
link-kept = { $returned } er betalt tilbake, { $kept } er beholdt
link-message-failed = Meldingen kom ikke fram. Vis QR-koden, eller kopier lenken.
link-phone-page = Kundens telefon: { $page }
link-play = Lat som du er kunden · b nettleser
link-opened-perhaps = Den ble åpnet straks meldingen gikk ut, kanskje av et program som forhåndsviser lenker.
link-play-open = åpne
link-play-pay = betal
link-play-decline = avslå
link-expires = Utløper { $moment } ({ $away })
link-to = Til { $to }: { $status }
qr-no-room = Gjør vinduet minst { $columns } × { $rows }, eller bokstavene mindre, for å vise QR-koden.
qr-no-blocks = Ikke plass til blokker her.
qr-not-strong = Ikke plass til QR mot gjenskinn her.
event-sms-sent = SMS sendt
event-push-sent = Varsel sendt
event-opened-perhaps = kanskje automatisk
event-paying-with = Betaler med { $method }
event-times = { $count } ganger

## Alle lenker
list-search = Søk
list-loading = Søker …
list-empty = Fant ingenting.
list-of = { $count } av { $all } lenker
# Det som skjuler lenker, og tasten som viser dem.
list-filtered = Filter: { $filter }. { $key } viser alle.
list-hidden =
    { $count ->
        [one] { $key } viser den ene som er skjult.
       *[other] { $key } viser de { $count } som er skjult.
    }
list-filter-all = alle
list-filter-open = åpne
list-filter-paid = betalt
list-filter-ended = avsluttet
list-filter-trouble = trenger deg
list-filter-alarms = varsler

## Hjelp
help-title = Alle taster
help-everywhere = Overalt
help-welcome = Første start
help-set-up = Konto
help-dashboard = 1 Start
help-payment = 2 Betaling
help-products = 3 Varer
help-order = 4 Ordre
help-delivery = 5 Levering
help-link = Lenken
help-qr-full = QR i fullskjerm
help-list = Alle lenker
help-help = Denne siden
help-confirm = Et spørsmål

## Første start
welcome-title = Velkommen til paylink
welcome-what = Sett sammen et salg, send kunden en lenke eller vis en QR-kode, og se når det er betalt. Selve betalingen tar Dintero seg av.
welcome-sandbox = Prøv med lekepenger
welcome-sandbox-what = Alt kjører på denne maskinen: ingen konto, ikke noe nett, ingen ekte penger. En konto legges inn senere med paylink login --profile butikk
welcome-account = Legg inn Dintero-kontoen din
welcome-account-what = Ha Dintero Backoffice åpent i nettleseren: du trenger konto-id og en API-klient, som lages under Innstillinger, API-klienter.
set-up-title = Dintero-kontoen din
set-up-account-id = Konto-id
set-up-account-id-note = T eller P og åtte siffer, som i Backoffice. T er for testing.
set-up-client-id = Klient-id
set-up-client-id-note = Backoffice: Innstillinger, API-klienter (Checkout)
set-up-client-secret = Klienthemmelighet
set-up-client-secret-note = Vises bare én gang, der. Lagres i maskinens nøkkelring.
set-up-merchant-name = Butikkens navn
set-up-merchant-name-note = Slik kunden kjenner deg, i e-post og ved QR-koden
set-up-return-url = Side etter betaling
set-up-return-url-note = Din egen side, https://… Tomt felt: Dinteros
set-up-busy = Logger inn …
set-up-no-contact = Ingen kontakt med Dintero. Sjekk forbindelsen, og trykk Enter igjen.
set-up-not-signed-in = Dintero godtar ikke opplysningene. Sjekk konto-id, klient-id og klienthemmelighet.
set-up-not-kept = Kontoen virker og { $config } er skrevet, men maskinen kunne ikke ta vare på hemmeligheten ({ $why }). Start paylink med PAYLINK_CLIENT_SECRET satt, eller skriv en client_secret_command i den filen.
mistake-account-id = T eller P og åtte siffer
mistake-client-id = Ikke { $character }: kopier klient-id-en slik den står i Backoffice
mistake-url = Ikke en https-adresse
## Appens start
cli-not-a-terminal = Appen trenger en terminal å tegne på
cli-no-terminal = Terminalen kan ikke brukes: { $why }
cli-no-terminal-hint = Kjør den i en terminal; for skript finnes `paylink new`, `list`, `show` og `watch`
cli-terminal-lost = Terminalen sviktet mens appen kjørte: { $why }
cli-terminal-lost-hint = Det du har solgt, er tatt vare på: start paylink igjen
cli-no-sandbox-hint = `paylink doctor` sier hva som er galt
