"""The pages in Korean."""

from __future__ import annotations

from concierge.login.site.texts import ChooserText, Notice, NoticeText, Texts, WaitingText

_AGAIN = "회사 포털로 돌아가 Studio를 다시 열어 주십시오."
_IF_IT_RETURNS = "이 페이지가 다시 나타나면 지원 팀에 아래 참조 번호를 알려 주십시오."

KOREAN = Texts(
    reference="지원 팀에 알려 주실 참조 번호",
    notices={
        Notice.REFUSED: NoticeText(
            title="로그인을 확인하지 못했습니다",
            what="SageMaker Studio에서 이번 로그인을 승인하지 않았습니다."
            " 로그인은 한 번만, 그리고 몇 분 동안만 유효합니다.",
            next=f"{_AGAIN} {_IF_IT_RETURNS}",
        ),
        Notice.NO_WORKSPACE: NoticeText(
            title="아직 사용할 수 있는 작업 공간이 없습니다",
            what="로그인은 되었지만 사용할 수 있는 SageMaker Studio 작업 공간이 없습니다.",
            next="방금 권한을 받으셨다면 몇 분 후 회사 포털에서 Studio를 다시 열어 주십시오."
            " 그렇지 않다면 사내 절차에 따라 사용 권한을 신청해 주십시오.",
        ),
        Notice.HELD: NoticeText(
            title="사용 권한을 검토하고 있습니다",
            what="로그인은 되었지만 관리자가 SageMaker Studio 사용 권한을 검토하고 있습니다."
            " 검토가 끝날 때까지 Studio를 열 수 없습니다.",
            next="따로 하실 일은 없습니다. 나중에 회사 포털에서 다시 시도해 주십시오."
            " 급하신 경우 지원 팀에 아래 참조 번호를 알려 주십시오.",
        ),
        Notice.EXPIRED: NoticeText(
            title="페이지의 유효 시간이 지났습니다",
            what="이전 페이지를 연 지 오래되어 그 페이지에서는 더 이상 Studio를 열 수 없습니다.",
            next=_AGAIN,
        ),
        Notice.FAILED: NoticeText(
            title="Studio를 열지 못했습니다",
            what="시스템에 문제가 발생했습니다. 사용자의 잘못이 아닙니다.",
            next=f"{_AGAIN} {_IF_IT_RETURNS}",
        ),
        Notice.BUSY: NoticeText(
            title="지금은 Studio 사용량이 많습니다",
            what="현재 작업 공간을 열 수 없습니다.",
            next="1분 정도 기다린 후 회사 포털에서 Studio를 다시 열어 주십시오.",
        ),
    },
    chooser=ChooserText(
        title="작업 공간을 선택해 주십시오",
        signed_in="{} 계정으로 로그인되었습니다.",
        key="숫자 1 키를 눌러도 열립니다.",
        keys="숫자 1~{n} 키를 눌러도 열립니다.",
        opens="시작 화면: {}",
        opens_start_page="시작 화면: Studio 홈",
        space="스페이스: {}",
        preparing_title="준비 중인 작업 공간",
        preparing="이 작업 공간을 사용하시려면 몇 분 후 회사 포털에서 Studio를 다시 열어 주십시오.",
    ),
    waiting=WaitingText(
        title="작업 공간을 준비하고 있습니다",
        signed_in="{} 계정으로 로그인되었습니다.",
        steps=("로그인 확인 완료", "역할과 사용자 프로필 설정 중", "Studio 열기"),
        usual="보통 몇 분 정도 걸립니다.",
        automatic="이 페이지를 열어 두시면 준비가 끝나는 대로 Studio가 자동으로 열립니다.",
        by_hand="1분 정도 후 “다시 확인”을 선택해 준비가 끝났는지 확인해 주십시오.",
        again="다시 확인",
        ready="준비가 끝났습니다. Studio를 여는 중입니다.",
        interrupted="연결이 끊어져 다시 시도하고 있습니다.",
        stopped="아직 준비가 끝나지 않아 자동 확인을 중지했습니다."
        " “다시 확인”을 선택하시거나 나중에 회사 포털에서 Studio를 열어 주십시오.",
        long_title="평소보다 오래 걸리고 있습니다",
        long="이 페이지를 닫으셔도 준비는 계속되며, 나중에 회사 포털에서 Studio를 여실 수 있습니다."
        " 30분이 지나도 준비가 끝나지 않으면 지원 팀에 아래 참조 번호를 알려 주십시오.",
    ),
)
