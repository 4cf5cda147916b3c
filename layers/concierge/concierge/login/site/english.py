"""The pages in English."""

from __future__ import annotations

from concierge.login.site.texts import ChooserText, Notice, NoticeText, Texts, WaitingText

_AGAIN = "Go back to your company portal and open Studio again."
_IF_IT_RETURNS = "If this page returns, give your support team the reference below."

ENGLISH = Texts(
    reference="Reference for your support team",
    notices={
        Notice.REFUSED: NoticeText(
            title="Your sign-in could not be confirmed",
            what="SageMaker Studio did not accept this sign-in. A sign-in works once, and only for a few minutes.",
            next=f"{_AGAIN} {_IF_IT_RETURNS}",
        ),
        Notice.NO_WORKSPACE: NoticeText(
            title="There is no workspace for you yet",
            what="You are signed in, but no SageMaker Studio workspace is open to you.",
            next="If you were given access just now, wait a few minutes and open Studio from your company portal"
            " again. Otherwise, ask for access the way your company provides for it.",
        ),
        Notice.HELD: NoticeText(
            title="Your access is being reviewed",
            what="You are signed in, but an administrator is reviewing your access to SageMaker Studio."
            " Until the review ends, Studio cannot be opened.",
            next="There is nothing that you need to do. Try again later from your company portal."
            " If it is urgent, give your support team the reference below.",
        ),
        Notice.EXPIRED: NoticeText(
            title="This page has expired",
            what="The page before this one was open for too long and can no longer open Studio.",
            next=_AGAIN,
        ),
        Notice.FAILED: NoticeText(
            title="Studio could not be opened",
            what="Something went wrong on our side. You did nothing wrong.",
            next=f"{_AGAIN} {_IF_IT_RETURNS}",
        ),
        Notice.BUSY: NoticeText(
            title="Studio is busy",
            what="Your workspace cannot be opened at this moment.",
            next="Wait a minute, then open Studio from your company portal again.",
        ),
    },
    chooser=ChooserText(
        title="Choose a workspace",
        signed_in="You are signed in as {}.",
        key="You can also press 1 to open it.",
        keys="You can also press a number from 1 to {n}.",
        opens="Opens {}",
        opens_start_page="Opens the Studio start page",
        space="Space: {}",
        preparing_title="Still being prepared",
        preparing="To use one of these, open Studio from your company portal again in a few minutes.",
    ),
    waiting=WaitingText(
        title="Your workspace is being prepared",
        signed_in="You are signed in as {}.",
        steps=("Your sign-in is confirmed", "Your role and profile are being set up", "Studio opens"),
        usual="This usually takes a few minutes.",
        automatic="You can leave this page open: Studio opens here as soon as your workspace is ready.",
        by_hand="Choose “Check again” in a minute to see whether it is ready.",
        again="Check again",
        ready="Your workspace is ready. Opening Studio.",
        interrupted="The connection was interrupted. Trying again.",
        stopped="Your workspace is not ready yet, and this page has stopped checking."
        " Choose “Check again”, or open Studio from your company portal later.",
        long_title="This is taking longer than usual",
        long="You may close this page. The work goes on, and you can open Studio from your company portal later."
        " If your workspace is still not ready in half an hour, give your support team the reference below.",
    ),
)
