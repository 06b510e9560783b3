"""Issues: what needs a person. Found by reviews of each integration, closed by them when the cause is gone.

facts.read(integration)         what is known now: steps, held deletes, webhook, budget …      reads only
detectors.detect(facts)         the problems that exist now, each with what to do              pure
changes.plan(rows, findings)    which issues open, come back, change and close                 pure
reviewing.review(integration)   the three in one transaction; writes nothing if nothing changed
commands                        what people do: snooze, dismiss, reopen, and noting a retry
inbox                           the lists and pages that people read
"""
