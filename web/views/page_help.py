"""Help in place: for each whole page what it is for, what to do first, and what to do if something is amiss."""

from typing import NamedTuple

from custody.errors import N_


class Help(NamedTuple):
    """Three short texts, of a sentence or two each."""

    purpose: str
    first: str
    trouble: str


HELP: dict[str, Help] = {
    "home.html": Help(
        N_("This is today's work: what is due, which vehicles are under way, and what is not finished yet."),
        N_("Press the large button. It always names the next step."),
        N_(
            "Did you stop in the middle of a handover? Nothing is lost: it stands under “Begun and not "
            "recorded”. Press its name and go on."
        ),
    ),
    "begin.html": Help(
        N_("Here a handover begins: goods go from one place or vehicle to another."),
        N_("Choose from where and where to, then press “Begin scanning”."),
        N_("Is the place not found? Type only a part of its name. It can still be changed while you scan."),
    ),
    "scan.html": Help(
        N_("Here the labels of the goods are scanned, one by one, so that everybody knows what really goes along."),
        N_(
            "Start the camera or take the USB scanner, and scan. Each label is counted once, however often you scan it."
        ),
        N_(
            "Is a label torn or dirty? Type the code that is printed below it. Was the wrong one scanned? "
            "Press “Undo the last scan”."
        ),
    ),
    "review.html": Help(
        N_("Here everything is looked through once more before it is recorded."),
        N_("Read what is missing or strange, write who gives and who receives, and press the button to record."),
        N_(
            "Is something missing? Go back to scanning, or record it as it is: what was not scanned stays "
            "with the giver."
        ),
    ),
    "handover.html": Help(
        N_("This handover is recorded and can no longer be changed."),
        N_("Print the BAST and let both sides sign it."),
        N_(
            "Is something wrong in it? Record a correction on the page “Records”. Both the old and the new "
            "stay visible."
        ),
    ),
    "handovers.html": Help(
        N_("All handovers that this station knows of stand here."),
        N_("Type a BAST number, a place, a number plate or a name, and press “Search”."),
        N_("Is one not there? Perhaps another station recorded it: take its data in on the page “Meet”."),
    ),
    "items.html": Help(
        N_("Here you find where each thing is now."),
        N_("Scan a label, or choose a place or a kind, and press “Search”."),
        N_("Is nothing found? Fill in fewer fields, and look whether the plan has been loaded."),
    ),
    "item.html": Help(
        N_("This is the life of one thing: where it is, who had it, and in which condition."),
        N_("Look at the four answers at the top. Below them all records stand in their order."),
        N_(
            "Does it not agree with what you see? Do not change anything: record an inspection or a "
            "correction on the page “Records”."
        ),
    ),
    "search.html": Help(
        N_("One field finds everything: a code, a seal, a place, a number plate, a person or a BAST number."),
        N_("Type at least two letters, or scan a label."),
        N_("Is there too much? Type more letters. Is there nothing? Type fewer."),
    ),
    "dashboard.html": Help(
        N_("How far the delivery has come, place by place, and what is late."),
        N_("Look at the four numbers first. Press a place to see what it lacks, down to the single thing."),
        N_(
            "Does a number seem too low? Perhaps a station has not sent its data yet: exchange data on the page “Meet”."
        ),
    ),
    "dashboard_list.html": Help(
        N_("This is the whole list of which the dashboard shows the beginning."),
        N_("Press a line to see the place or the thing."),
        N_("To go back, press a name above the heading."),
    ),
    "meet.html": Help(
        N_("Here stations learn from each other: by paper, by USB stick or over a network."),
        N_(
            "Did a vehicle come with a paper? Read its codes at the top. Did somebody bring a USB stick? Take "
            "its file in."
        ),
        N_("Was the same file taken in twice? That does no harm: nothing is counted twice."),
    ),
    "labels.html": Help(
        N_("Here labels with QR codes are printed for the goods."),
        N_("Choose which goods and which paper, look at the preview, and print one sheet to try it."),
        N_(
            "Does a label sit beside its place? Print at 100 % (actual size), not “fit to page”. Is a label "
            "lost? Print it again: the old one is then void."
        ),
    ),
    "plan.html": Help(
        N_("Here the tables of places and needs become things with codes."),
        N_("Load the tables of your office, read what would change, then register what is needed."),
        N_(
            "Is a row of a table wrong? Nothing is taken of the file until it is right: correct the row that "
            "is named and load it again."
        ),
    ),
    "twins.html": Help(
        N_("Here things are found that two plans have registered for the same need."),
        N_("Look through the list, and confirm that they are the same."),
        N_("Are you not sure? Leave it: nothing is changed until you press the button."),
    ),
    "records.html": Help(
        N_("Here you record what is no handover: an inspection, a seal, an obstacle, a mistake."),
        N_("Choose what happened."),
        N_(
            "Was something recorded wrongly? Choose the correction at the bottom. Nothing is deleted, both "
            "stay visible."
        ),
    ),
    "record.html": Help(
        N_("With this form one thing that happened is recorded."),
        N_("Fill in the fields from top to bottom; scan labels instead of typing codes where you can."),
        N_("If a field is wrong, a red line says which one and what to write. Nothing is recorded until then."),
    ),
    "reports.html": Help(
        N_("Here are all reports: lists, evaluations and forms to print."),
        N_("Choose a report."),
        N_("A report shows what is recorded here now. If data of other stations are lacking, take them in first."),
    ),
    "report.html": Help(
        N_("Here one report is shown, printed or saved."),
        N_("Choose the place or the days if you want less, and press “Show”."),
        N_(
            "Does it take long? Leave the page open. The report can be asked for as often as you like; it "
            "changes nothing."
        ),
    ),
    "station.html": Help(
        N_("This is about the station itself: its name, its key, and what comes next."),
        N_("Print the key sheet, let witnesses sign it, and keep it in a safe place, away from this computer."),
        N_(
            "Is the computer broken or stolen? With the key sheet and a backup the station goes on at another computer."
        ),
    ),
    "people.html": Help(
        N_("Here stands who works at this station. Their names stand in what they record."),
        N_("Write each person's name and role, and let them choose a PIN themselves."),
        N_("Has somebody forgotten the PIN? A supervisor sets a new one here."),
    ),
    "observers.html": Help(
        N_("Here observers get access: they can look at everything and change nothing."),
        N_("Write the observer's name, and copy the token that appears. It is shown only once."),
        N_("Did a token get lost or into wrong hands? Withdraw it here and make a new one."),
    ),
    "observing.html": Help(
        N_("You look along as an observer: you see everything and change nothing."),
        N_("Press “To the dashboard”."),
        N_("Have you finished? Press the other button, so that the next person at this computer is not let in as you."),
    ),
    "observe.html": Help(
        N_("With the token that the station gave you, you can look along."),
        N_("Paste the token and press the button."),
        N_(
            "Is the token refused? Copy it once more, without a space before or after it; else ask the "
            "station for a new one."
        ),
    ),
    "first.html": Help(
        N_("Here a new station begins. It takes about five minutes."),
        N_("Answer the questions from top to bottom. To try it first, choose the practice."),
        N_("Are you not sure? Practice is thrown away later with one button, and nothing of it counts."),
    ),
    "who.html": Help(
        N_("Here you say who works at this screen now."),
        N_("Choose your name and type your PIN."),
        N_("Is your PIN refused? Wait a moment and type it slowly; a supervisor can give you a new one."),
    ),
    "pair.html": Help(
        N_("With this a phone scans along for the station."),
        N_("Type the code that stands on the station's screen."),
        N_("Is the code refused? It is good for five minutes and for one device: ask for a new one at the station."),
    ),
    "device.html": Help(
        N_("This phone scans along for the station. It records nothing by itself."),
        N_("Choose the handover that you scan for."),
        N_("Is there none? Begin it at the station's own screen; this page then goes on by itself."),
    ),
    "error.html": Help(
        N_("Something could not be done. Nothing was half recorded."),
        N_("Read the red line: it says why, and below it what to do."),
        N_("Does it come again? Write down the red line and show it to whoever looks after the computer."),
    ),
}
"""By the name of the page's template. The wall screen has none: nobody stands before it to press anything."""
