# Norsk bokmål: hjelpen, og hva som er galt med en kommandolinje eller en konfigurasjon. De samme nøklene og variablene som
# i en-help.ftl.

## Rammen rundt hjelpen
usage-word = Bruk
usage-commands = Kommandoer
usage-arguments = Argumenter
usage-options = Valg
usage-global = Valg for alle kommandoer
usage-some-options = [VALG]
usage-command = KOMMANDO
usage-default = [standard: { $value }]
usage-values = [en av: { $values }]
usage-after =
    Uten kommando åpnes terminalappen. `paylink demo` prøver den uten konto.
    Avslutningsstatus: 0 utført, 1 intern feil, 2 kommandolinjen, 3 inndata eller konfigurasjon, 4 ikke logget inn, 5 ikke sendt ennå (ligger i utboksen), 6 avvist, 7 ukjent utfall, 8 --wait uten betaling.

## Kommandoer
command-paylink = Ta betalt med lenke fra en bærbar PC
command-demo = Appen mot en sandkasse med data som kastes: ingen konto, ingen konfigurasjon, ikke noe nett
command-sandbox = Bare sandkassetjeneren, som svarer slik Dintero gjør
command-new = Lag en betalingslenke og lever den
command-list = Vis alle lenker, den nyeste først
command-show = Vis en lenke med historien dens
command-watch = Følg en lenke til den er gjort opp; Ctrl-C slutter før
command-qr = Tegn QR-koden til en lenke
command-cancel = Kanseller en lenke før den er betalt
command-capture = Trekk et reservert beløp
command-void = Annuller en reservasjon
command-refund = Refunder hele eller en del av beløpet
command-settle = Si at varslene til en lenke er ordnet
command-outbox = Se, send eller dropp det som venter på å bli sendt
command-outbox-list = Vis det som venter (som uten kommando)
command-outbox-send = Send den nå, også der du må avgjøre det selv: den første forespørselen regnes som tapt
command-outbox-drop = Send den aldri
command-products = Vis varelisten, hent den fra en fil fra et regneark, eller skriv den til en
command-products-list = Vis varelisten
command-products-import = Sett varene i en CSV-fil i listens sted: alle, eller ingen hvis noe er feil
command-products-export = Skriv varelisten til en CSV-fil for et regneark; uten varer en som kan fylles ut
command-login = Prøv API-klienten, og legg hemmeligheten i systemets nøkkelring
command-logout = Glem klienthemmeligheten
command-config = Se hvor konfigurasjonen er, kontroller den eller vis den
command-config-path = Hvor konfigurasjonen er, og mappen med register og logg
command-config-check = Om konfigurasjonen er riktig
command-config-show = Det som gjelder, fra fil, miljø og standardverdier; aldri en hemmelighet
command-doctor = Kontroller konfigurasjon, nøkkelring, betalingstjeneste, innlogging, klokke, data og terminal
command-backup = Kopier hele registeret til en fil, også mens appen kjører
command-restore = Sett en sikkerhetskopi i registerets sted, etter at den er lest gjennom; det gamle registeret beholdes
command-completions = Skriv ut fullføringen for et skall
command-help = Vis denne hjelpen, eller hjelpen til en kommando

## Valg for alle kommandoer
option-config = Konfigurasjonsfilen [miljø: PAYLINK_CONFIG]
option-data-dir = Mappen med register og logger [miljø: PAYLINK_DATA_DIR]
option-profile = Profilen i konfigurasjonen som skal brukes [miljø: PAYLINK_PROFILE]
option-lang = Språket: en eller nb [miljø: PAYLINK_LANG]
option-json = Skriv JSON til standard ut, og feil som JSON til standard feil
option-no-color = Ingen farger [miljø: NO_COLOR]
option-verbose = Skriv mer i loggen (to ganger for alt); RUST_LOG er et alternativ
option-help = Vis hjelpen
option-version = Vis versjonen

## Valg og argumenter til kommandoene
option-lan = Gjør kundens side tilgjengelig for telefoner på dette nettet
option-listen = Adressen og porten det skal lyttes på; port 0 tar en ledig
option-sandbox-data = Ta vare på dataene til sandkassen i denne filen
option-items = En varelinje, BESKRIVELSE;ANTALL;PRIS[;MVA_PROSENT]; kan gjentas
option-methods = En betalingsmåte (vipps, card, …, eller en type som dintero_psp.vipps), eller all for alle; kan gjentas
option-new-reference = Ordrereferansen; uten den lages den neste
option-allow-duplicate-reference = Bruk referansen selv om en åpen eller betalt lenke har den
option-expires = Hvor lenge den kan betales: 15min, 4t, 1d, 1u, 1m eller 1md (en kalendermåned), i dag, eller dato og klokkeslett
option-auto-capture = Trekk pengene når kunden betaler
option-no-auto-capture = Reserver pengene til de trekkes
option-express = Kunden fyller inn adressen (Checkout Express)
option-address = Kundens adresse, 'Navn;Gate;Postnummer;Sted;NO'
option-sms = Send den til denne telefonen
option-email = Den skal til denne e-postadressen (du sender e-posten)
option-link = Bare lag lenken (det vanlige)
option-new-offline = Send ingenting nå: legg den i utboksen
option-wait = Vent på betalingen, høyst så mange sekunder
option-search = Bare lenker med disse ordene i referanse, beskrivelse, telefon, e-post, navn eller id, eller med dette beløpet
option-states = Bare lenker med denne statusen, med ordet som listen viser eller det i --json; kan gjentas
option-limit = Høyst så mange; 0 for alle
option-offline = Spør ingen: vis det som er kjent her
option-reference = Referanse, lenke-id, sesjons-id eller transaksjons-id
option-capture-amount = En del av beløpet; uten den trekkes alt som er reservert
option-refund-amount = En del av beløpet; uten den refunderes alt som er trukket
option-reason = Grunnen, til din egen oversikt hos betalingstjenesten
option-png = Skriv et PNG-bilde (- for standard ut)
option-svg = Skriv et SVG-bilde (- for standard ut)
option-level = Feilretting: hvor mye av koden som kan være uleselig
option-file = Sikkerhetskopien
option-force = Skriv over filen hvis den finnes; to ganger: også en med langt flere lenker enn registeret har
option-products-import-file = CSV-filen (- for standard inn); den første linjen navngir kolonnene
option-products-export-file = Filen som skrives (- for standard ut)
option-products-export-force = Skriv over filen hvis den finnes
option-dry-run = Bare si hva som ville bli endret
option-yes = Bytt ut registeret uten å spørre
option-account-id = Kontoen, T eller P og åtte sifre
option-client-id = API-klienten
option-secret-stdin = Les klienthemmeligheten fra standard inn
option-profile-id = Betalingsprofilen hos Dintero, til en første konfigurasjon
option-return-url = Hvor kunden kommer etter betaling, til en første konfigurasjon
option-merchant-name = Navnet ditt slik kundene kjenner det, til en første konfigurasjon
option-api-url = Adressen til API-et, til en første konfigurasjon
option-checkout-url = Adressen til kassen, til en første konfigurasjon
option-shell = Skallet

## Verdier
value-level-l = 7 %, den minste koden
value-level-m = 15 %
value-level-q = 25 %, mot gjenskinn

## Det som står for en verdi
placeholder-file = FIL
placeholder-dir = MAPPE
placeholder-name = NAVN
placeholder-code = KODE
placeholder-address-port = ADRESSE:PORT
placeholder-item = LINJE
placeholder-method = MÅTE
placeholder-text = TEKST
placeholder-time = TID
placeholder-address = ADRESSE
placeholder-phone = TELEFON
placeholder-seconds = SEKUNDER
placeholder-state = STATUS
placeholder-number = ANTALL
placeholder-amount = BELØP
placeholder-ref = REF
placeholder-level = NIVÅ
placeholder-id = ID
placeholder-url = ADRESSE
placeholder-shell = SKALL

## Hva som er galt med en kommandolinje
usage-unknown-option = `{ $command }` har ikke noe valg { $option }
usage-unknown-word = `{ $command }` vet ikke hva { $word } skal være
usage-unknown-command = `{ $command }` har ingen kommando { $word }
usage-no-command = `{ $command }` trenger en av kommandoene { $known }
usage-missing = `{ $command }` trenger { $what }
usage-no-value = { $option } trenger en verdi
usage-takes-no-value = { $option } tar ingen verdi
usage-not-one-of = { $option }: { $value } er ikke en av { $known }
usage-not-a-number = { $option }: { $value } er ikke et helt tall
usage-not-a-place = { $option }: { $value } er ikke en adresse med port, for eksempel 127.0.0.1:8080
usage-not-taken = { $option }: { $value } er ikke en gyldig verdi
usage-conflict = { $option } og { $other } utelukker hverandre
usage-twice = { $option } kan bare gis én gang
usage-not-text = Et ord på kommandolinjen er ikke UTF-8-tekst
usage-wrong = Kommandolinjen er feil
usage-near = Mener du { $near }? Se `{ $command } --help`
usage-hint = Se `{ $command } --help`
mistake-language = { $place }: språket { $code } er ikke kjent; kjente språk er en og nb

## Hva som er galt med en konfigurasjon
config-at-key = { $file }, linje { $line }: { $key }: { $what }
config-at-line = { $file }, linje { $line }: { $what }
config-in-file = { $file }: { $what }
config-no-home = Det er ingen hjemmemappe (HOME er ikke satt): si hvor med { $option }
config-not-there = filen finnes ikke
config-unreadable = kan ikke leses: { $what }
config-not-a-file = er ikke en fil
config-too-large = er for stor til å være en konfigurasjonsfil
config-not-text = er ikke UTF-8-tekst
config-not-toml = er ikke gyldig TOML: se etter et anførselstegn, en parentes eller en = som mangler eller er for mye
config-not-quoted = tekster må stå i anførselstegn
config-duplicate = nøkkelen står her to ganger
config-no-profile = har ingen [profiles.NAVN]: legg til en, eller kjør `paylink login`
config-no-default = default_profile mangler: si hvilken av { $known } som menes, der eller med --profile
config-missing = { $key } mangler
config-missing-variable = { $key } mangler: legg den til, eller sett { $variable }
config-open-secret = en hemmelighet i filen godtas bare når ingen andre kan lese filen: chmod 600, eller flytt den til nøkkelringen med `paylink login`
config-not-a-key = er ikke en nøkkel i konfigurasjonen; her kjennes { $known }
config-not-a-key-near = er ikke en nøkkel i konfigurasjonen; mener du { $near }?
config-want-text = må være en tekst i anførselstegn
config-want-switch = må være true eller false
config-want-list = må være en liste i [ ]
config-want-table = må være en tabell
config-want-other = er av feil type
config-profile-name = navnet på en profil er bokstaver, sifre, - og _, høyst 40
config-no-account = mangler: kontoen, for eksempel T12345678
config-account-id = må være T (test) eller P (produksjon) og åtte sifre, for eksempel T12345678
config-empty = er tom
config-not-an-id = må være vanlige bokstaver, sifre og tegn uten mellomrom
config-too-long = er over { $max } tegn
config-not-an-address = er ikke en adresse
config-not-https = må begynne med https://
config-http-elsewhere = må begynne med https:// (http:// er bare for denne maskinen)
config-no-host = har ikke noe vertsnavn
config-name-in-address = kan ikke ha navn eller passord i seg
config-query-in-address = kan ikke ha ? eller # i seg
config-not-one-of = «{ $given }» er ikke en av { $known }
config-not-a-host = «{ $given }» er ikke et vertsnavn (pay.example.com eller pay.example.com:8443, uten https:// og sti)
config-no-methods = er en tom liste: ta bort nøkkelen for å få alle betalingsmåter
config-not-a-method = «{ $given }» er ikke en betalingsmåte: et kortnavn (vipps, card, mobilepay, swish, klarna, applepay, googlepay, clicktopay, invoice, installment) eller en type som dintero_psp.vipps
config-twice = { $method } står to ganger i listen
config-not-offered = { $method } er ikke blant betalingsmåtene til denne profilen
config-fixed-time = et fast tidspunkt kan ikke være det vanlige: 1d, 1w, 1m, 15min, 4h eller today
config-not-percent = må være et tall i prosent, for eksempel 25 eller 11.11
config-no-program = nevner ikke noe program: ["pass", "dintero"]
config-not-a-secret = må være en tekst som ikke er tom
config-no-profiles = ingen profil heter det (det er ingen)
config-no-such-profile = ingen profil heter det; her er { $known }
config-no-return-url = profiles.{ $profile }.return_url er ikke satt: kunden kommer til { $url } etter betaling
config-secret-in-file = profiles.{ $profile }.client_secret står åpent i filen: `paylink login` flytter den til nøkkelringen
config-exists = { $path } finnes allerede og blir som den er

## Det operativsystemet sier
system-not-found = filen eller programmet finnes ikke
system-no-permission = mangler tillatelse
system-exists = den finnes allerede
system-not-a-folder = er ikke en mappe
system-is-a-folder = er en mappe
system-full = disken er full
system-read-only = disken er skrivebeskyttet
system-address-in-use = adressen er i bruk
system-address-not-here = adressen er ikke på denne maskinen
system-refused = ingen svarer der
system-no-answer = ikke noe svar i tide
system-no-network = ikke noe nett

## Hvorfor det ikke er noen hemmelighet
keyring-not-built = denne paylink er bygd uten nøkkelring
keyring-absent = denne maskinen har ingen nøkkelring som paylink kan bruke
keyring-locked = nøkkelringen er låst: lås den opp og prøv igjen
keyring-no-answer = systemets nøkkelring svarer ikke; venter den på å bli låst opp?
keyring-bad-entry = det som ligger i systemets nøkkelring, kan ikke brukes ({ $why })
keyring-bad-not-text = det er ikke tekst
keyring-bad-damaged = det er skadet
keyring-bad-several = det er { $count }
secret-command-empty = client_secret_command er tom
secret-command-not-started = client_secret_command: { $program } kunne ikke startes: { $why }
secret-command-too-slow = client_secret_command: { $program } brukte mer enn { $seconds } s
secret-command-failed = client_secret_command: { $program } mislyktes
secret-command-no-secret = client_secret_command: { $program } skrev ingen hemmelighet
no-secret-keyring = ingen klienthemmelighet: { $why }
no-secret-nowhere = ingen klienthemmelighet i miljø, kommando, nøkkelring eller fil
secret-origin-environment = i miljøet
secret-origin-command = av client_secret_command
secret-origin-keyring = i nøkkelringen
secret-origin-file = i konfigurasjonsfilen

## Sandkassen
sandbox-read = Datafilen til sandkassen, { $place }, kan ikke leses: { $what }
sandbox-parse = { $path } er ikke en datafil til sandkassen
sandbox-write = Datafilen til sandkassen, { $place }, kan ikke skrives: { $what }
sandbox-listen = Kan ikke lytte på { $place }: { $what }
sandbox-no-lan = Denne maskinen har ingen adresse på et lokalt nett: koble den til, eller la være --lan
sandbox-address = Adressen til sandkassen kan ikke brukes

## Det doctor ser på
doctor-name-config = konfigurasjon
doctor-name-secret = hemmelighet
doctor-name-keyring = nøkkelring
doctor-name-backend = tjenesten
doctor-name-credentials = innlogging
doctor-name-clock = klokke
doctor-name-profile = profil
doctor-name-data = data
doctor-name-ledger = register
doctor-name-outbox = utboks
doctor-name-alarms = varsler
doctor-name-terminal = terminal
doctor-mode = { $path }: rettigheter { $mode }

## Resten
cli-newer = { $path } er skrevet av en nyere paylink (format { $found }, denne kjenner { $known })
qr-too-long = Adressen er for lang til en QR-kode

## Hvorfor en forespørsel mislyktes, i parentes eller etter kolon
cause-theirs = «{ $words }»
cause-refused-here = Avvist: { $reason }
cause-signing-in = innlogging: { $what }
cause-reading-profile = lesing av betalingsprofilen: { $what }
cause-no-connection = ingen forbindelse
cause-cut = forbindelsen ble brutt
cause-broke-off = svaret ble avbrutt
cause-certificate = sertifikatet godtas ikke: { $why }
cause-no-answer = ikke noe svar innen { $seconds } s
cause-too-large = svaret er større enn { $size } MiB
cause-unsendable = forespørselen kan ikke lages: { $why }
cause-no-client = HTTP-klienten kunne ikke startes: { $why }
cause-elsewhere = betalingstjenesten viser til en annen adresse: er api_url og checkout_url riktige?
cause-unreadable = svaret kan ikke leses: { $why }
cause-not-an-id = { $id } er ikke en id hos betalingstjenesten
cause-not-sent = ikke sendt: { $why }
cause-untrusted = lenken fra betalingstjenesten er ikke til å stole på: { $why }
cause-only-https = det brukes bare https, og http til denne maskinen
cause-asked-to-wait = betalingstjenesten ba oss vente med ny innlogging
cause-no-secret = det er ingen klienthemmelighet
cause-secret-command = client_secret_command ga ingen hemmelighet
cause-keyring = nøkkelringen kan ikke brukes
cause-secret-empty = klienthemmeligheten er tom
cause-secret-unread = klienthemmeligheten kunne ikke leses
cause-secret-unsendable = klient-id eller hemmelighet har tegn som ikke kan sendes
cause-link-withdrawn = betalingstjenesten svarte med en lenke til en fremmed adresse; den er kansellert
cause-unfit-withdrawn = betalingstjenesten svarte med en adresse som ikke kan gis til noen; den er kansellert
cause-no-time-left = det var ikke tid igjen til å sende den
cause-could-not-send = den kunne ikke sendes
cause-outcome-unknown = utfallet er ikke kjent ennå
cause-being-sent = den sendes akkurat nå
cause-not-closed-yet = betalingstjenesten har ikke lukket lenken ennå
cause-paid-meanwhile = den ble betalt mens den ble trukket tilbake
cause-paid-before = den ble betalt før den kunne kanselleres
cause-not-possible-now = betalingen var ikke lenger i en tilstand for det, eller det var mindre penger enn det
cause-no-end-yet = betalingstjenesten godtok det for mer enn et døgn siden og har ikke utført det
cause-order-unreadable = det som ble bedt om, kan ikke leses i databasen; se om det er gjort, og be så om det på nytt
cause-too-many-to-search = så mange lenker har denne referansen at den det letes etter kan være blant dem
network-reset = den andre siden brøt den
network-closed = den andre siden lukket den for tidlig
network-no-such-name = vertsnavnet finnes ikke, eller kan ikke slås opp
network-too-slow = det tok for lang tid
network-not-tls = det som svarer der, snakker ikke TLS
certificate-expired = det er utløpt; går klokken på denne maskinen riktig?
certificate-not-yet = det gjelder ikke ennå; går klokken på denne maskinen riktig?
certificate-unknown-issuer = ingen kjent utsteder går god for det; har nettet en innloggingsside, eller er adressen feil?
certificate-other-name = det tilhører noen andre; har nettet en innloggingsside, eller er adressen feil?
unreadable-not-json = det er ikke JSON
unreadable-not-a-list = det er ikke en liste
unreadable-no-token = det er ikke noe token i det
unreadable-no-id = det er ingen id i det
unreadable-no-link = det er ingen lenke i det
unreadable-not-the-session = det gjelder en annen sesjon
unreadable-not-the-transaction = det gjelder en annen transaksjon
unreadable-not-a-profile = det er ikke en betalingsprofil
unsent-no-method = ingen betalingsmåte er valgt
unsent-not-in-profile = betalingsprofilen { $profile } har ikke { $method } slått på
unsent-no-type = det er ikke kjent hvilken type { $method } står for: skriv selve typen i konfigurasjonen
unsent-sum = summen er for stor
unsent-number = et tall kan ikke sendes nøyaktig
bad-link-too-long = den er lengre enn 2 000 tegn
bad-link-character = den har et tegn som ikke hører hjemme der
bad-link-not-an-address = den er ikke en adresse
bad-link-not-https = den er ikke https
bad-link-user-info = den har et brukernavn i seg
bad-link-foreign-host = verten tilhører ikke betalingstjenesten (se link_hosts i konfigurasjonen)

## Varelisten og filen dens
goods-column-number = varenummer
goods-column-description = beskrivelse
goods-column-price = pris
goods-column-vat = mva
goods-column-currency = valuta
goods-stdin = standard inn
goods-none = Det er ingen varer
goods-none-hint = `paylink products import FIL` henter dem fra en CSV-fil fra et regneark, og `paylink products export FIL` skriver en som kan fylles ut
goods-imported =
    { $count ->
        [one] { $count } vare i listen: { $new } nye, { $changed } endret, { $gone } borte
       *[other] { $count } varer i listen: { $new } nye, { $changed } endret, { $gone } borte
    }
goods-would =
    { $count ->
        [one] Det ville bli { $count } vare i listen: { $new } nye, { $changed } endret, { $gone } borte. Ingenting ble endret
       *[other] Det ville bli { $count } varer i listen: { $new } nye, { $changed } endret, { $gone } borte. Ingenting ble endret
    }
goods-exported =
    { $count ->
        [one] Skrev { $count } vare til { $file }
       *[other] Skrev { $count } varer til { $file }
    }
goods-usual-vat =
    { $count ->
        [one] Der filen ikke sier noe om mva er den { $rate }: { $count } vare
       *[other] Der filen ikke sier noe om mva er den { $rate }: { $count } varer
    }
goods-unread = Kolonner som ikke leses: { $names }
goods-file-unread = { $path } kan ikke leses: { $what }
goods-too-large = større enn { $max } MB, og ingen vareliste
goods-not-text = ingen tekstfil
goods-no-column = den første linjen navngir ingen kolonne for { $column }
goods-without-vat = prisen i kolonnen { $name } er uten mva
goods-two-columns = to kolonner kan være { $column }: { $one } og { $other }
goods-open-quote = linje { $line }: et anførselstegn har ingen slutt
goods-nothing = det er ingen varer i den
goods-too-many = flere enn { $max } varer
goods-mistakes = { $count } feil
goods-mistakes-more = { $count } feil, { $more } av dem er ikke vist
goods-at = linje { $line }, { $column }: { $what }
goods-at-line = linje { $line }: { $what }
goods-fraction = Under 1 %: skriv 25 for 25 %, eller et prosenttegn bak
goods-perhaps-ore = Ørene i prisen? Sett en pris med komma i anførselstegn, eller skriv 29.90
goods-perhaps-amount = Et beløp eller en sats? Kall kolonnen Mva %, eller skriv et prosenttegn bak
goods-same = Den samme varen som på linje { $line }
goods-cells = { $found } celler, og den første linjen navngir { $known }: sett en tekst eller pris som har skilletegnet i seg i anførselstegn
goods-text-hint = Ingenting ble endret. Lagre det som CSV i regnearket, og importer den filen
goods-header-hint = Ingenting ble endret. Den første linjen navngir kolonnene: varenummer;beskrivelse;pris;mva %. `paylink products export FIL` skriver en fil som kan fylles ut
goods-vat-hint = Ingenting ble endret. Kundene betaler priser med mva: ta med en kolonne Pris inkl. mva
goods-rows-hint = Ingenting ble endret. Rett det, og importer filen igjen
