"""Latin with and without diacritics, Greek, Cyrillic."""

from __future__ import annotations

from portal.sandbox.words.culture import Culture


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


EUROPEAN = (
    Culture(
        country="United Kingdom",
        code="GB",
        dial="+44",
        weight=34,
        given=_words("Amelia Callum Daisy Edwin Fiona Gareth Harriet Imran Jasmine Kieran Lydia Malcolm Nadia Owen"),
        surnames=_words(
            "Ashdown Birtwell Cartmel Dunmore Eastbrook Fenwick Garside Holloway Inskip O'Rourke Penrose"
        ),
        stems=_words(
            "Alderbrook Brackenfield Copperline Dovetail Eastgate Foxglove Greystone Harbourside Ironbridge"
        ),
        trades=("Accountants Ltd", "Dental Care", "Engineering Ltd", "Estates LLP", "Freight & Co", "Solicitors LLP"),
        cities=("Bath", "Carlisle", "Dundee", "Exeter", "Harrogate", "Lisburn", "Newport", "Stockport", "Truro"),
        streets=("Canal Street", "Foundry Lane", "Mill Road", "Orchard Way", "Quay Side", "Station Approach"),
    ),
    Culture(
        country="Germany",
        code="DE",
        dial="+49",
        weight=9,
        given=_words("Anneliese Björn Dörte Götz Hannelore Jürgen Käthe Lütz Sören Ulrike Wolfram"),
        surnames=_words("Bäumler Dreßler Förstner Grünwald Hölzl Kößler Müllenbach Schäferlein Weiß Zöllner"),
        stems=_words("Brückental Donauwerk Eichgrün Fährhaus Grünstein Höhenrain Nordlicht Rheinbogen Südhang"),
        trades=("Anlagenbau GmbH", "Bäckerei KG", "Gebäudetechnik GmbH", "Steuerkanzlei", "Verpackungen AG"),
        cities=("Düren", "Göttingen", "Jülich", "Lübeck", "Münster", "Osnabrück", "Tübingen", "Würzburg"),
        streets=("Am Bühl", "Grüner Weg", "Königsallee", "Mühlgasse", "Schloßstraße", "Uferstraße"),
    ),
    Culture(
        country="France",
        code="FR",
        dial="+33",
        weight=8,
        given=_words("Aurélie Benoît Cécile Désiré Eloïse François Gaëlle Hélène Loïc Noémie Zoé"),
        surnames=_words("Beauséjour Châtelain D'Arcy Garçonnet Lefébure Noël Peyrègne Sauvé Thévenin Vallée"),
        stems=("Clairvallée", "L'Écluse", "Montségur", "Pré d'Or", "Rivière Noire", "Trois Chênes", "Val d'Ébène"),
        trades=("& Associés SARL", "Architecture SAS", "Cliniques SA", "Négoce SARL", "Pâtisserie SAS"),
        cities=("Angoulême", "Béziers", "Évreux", "Mâcon", "Nîmes", "Orléans", "Saint-Étienne", "Sète"),
        streets=("allée des Tilleuls", "avenue de la Gare", "place de l'Église", "quai du Château", "rue Haute"),
    ),
    Culture(
        country="Poland",
        code="PL",
        dial="+48",
        weight=5,
        given=_words("Bożena Czesław Grażyna Łucja Małgorzata Mieczysław Paweł Stanisław Wiesława Żaneta"),
        surnames=_words("Bączek Dąbrowiecki Gołębiewska Jóźwik Kędziora Łęcki Mączyńska Ślązak Źródlak Żurawski"),
        stems=_words("Bursztyn Dąb Jaskółka Kłos Łąka Miód Źródło Żagiel"),
        trades=("Biuro Rachunkowe", "Budownictwo sp. z o.o.", "Logistyka S.A.", "Przychodnia", "Usługi sp. j."),
        cities=("Białystok", "Częstochowa", "Gdańsk", "Kołobrzeg", "Łódź", "Przemyśl", "Świnoujście"),
        streets=("ul. Długa", "ul. Kościelna", "ul. Łąkowa", "ul. Młyńska", "ul. Źródlana"),
    ),
    Culture(
        country="Sweden",
        code="SE",
        dial="+46",
        weight=5,
        given=_words("Åke Bodil Göran Håkan Ingegärd Kjell Märta Östen Sigbrit Torbjörn"),
        surnames=_words("Åkerblom Björkdal Ekström Granlöv Hägerås Lönnqvist Nyström Sjöholm Ödmark"),
        stems=_words("Bergslagen Fjällräv Granåsen Lövsund Norrsken Skärgård Åsen Älvdalen"),
        trades=("Bygg AB", "Redovisning AB", "Tandvård HB", "Transport AB", "Verkstäder AB"),
        cities=("Älmhult", "Borås", "Gävle", "Jönköping", "Linköping", "Malmö", "Örebro", "Umeå"),
        streets=("Björkgatan", "Hamngatan", "Kyrkvägen", "Sjövägen", "Ängsgatan"),
    ),
    Culture(
        country="Greece",
        code="GR",
        dial="+30",
        weight=5,
        given=_words("Αλέξανδρος Βασιλική Γιώργος Δέσποινα Ελένη Ιωάννης Κωνσταντίνα Νίκος Σοφία Χρήστος"),
        surnames=_words("Αναγνώστου Γαλάνης Δημητρίου Ζαφειρόπουλος Καλογεράς Λαμπρινού Μαυρομάτης Παπαγιάννη"),
        stems=_words("Αιγαίο Ακρόπολη Γαλήνη Ελαιώνας Ήλιος Κύμα Μέλισσα Ωκεανός"),
        trades=("Α.Ε.", "Κατασκευές Ε.Π.Ε.", "Λογιστικά Γραφεία", "Ναυτιλιακή Α.Ε.", "Τρόφιμα Ο.Ε."),
        cities=_words("Βόλος Ηράκλειο Θεσσαλονίκη Ιωάννινα Καβάλα Λάρισα Πάτρα Χανιά"),
        streets=("Λεωφόρος Δάφνης", "Οδός Ελιάς", "Οδός Ερμού", "Οδός Θαλάσσης", "Πλατεία Ηρώων"),
    ),
    Culture(
        country="Bulgaria",
        code="BG",
        dial="+359",
        weight=5,
        given=_words("Борислав Веселина Георги Десислава Живко Златка Йордан Людмила Румяна Цветан Юлиян"),
        surnames=_words("Атанасов Божилова Гърков Дойчинов Желязкова Златарев Кръстева Стоичков Щерев Ялъмова"),
        stems=_words("Балкан Дунав Езеро Изгрев Камък Люлин Орел Пирин Родопа"),
        trades=("АД", "Логистика ООД", "Медицински център", "Строй ЕООД", "Счетоводна къща"),
        cities=("Бургас", "Варна", "Велико Търново", "Плевен", "Пловдив", "Русе", "Стара Загора", "Шумен"),
        streets=("бул. България", "ул. Борова гора", "ул. Дунавска", "ул. Лозарска", "ул. Явор"),
    ),
)
